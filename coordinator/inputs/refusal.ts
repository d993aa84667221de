/** Why an array cannot be taken, and what would be right; the two parts of a JobFault that do not name the field. */
export class InputRefusal extends Error {
  constructor(
    readonly problem: string,
    readonly fix: string,
  ) {
    super(`${problem}. ${fix}.`);
  }
}

export function refuseIf(refused: boolean, problem: string, fix: string): void {
  if (refused) throw new InputRefusal(problem, fix);
}
