/** Epochs that peers may be ahead of the slowest one's last report, at least: hides the report's round trip. */
export const EPOCHS_AHEAD = 3;

/** Where epochs are short, more of them are granted: a coordinator that is busy otherwise answers a report after some milliseconds. */
const SECONDS_AHEAD = 0.05;

/** Each change of plan waits until all that is granted is made. */
const MOST_EPOCHS_AHEAD = 10;

/** Epochs that peers may be ahead where one takes `seconds`, grants not being waited for. Shadows keep what was sent of the fewest, and no more. */
export function epochsAhead(seconds: number, isShadowed: boolean): number {
  if (isShadowed) return EPOCHS_AHEAD;
  return Math.min(MOST_EPOCHS_AHEAD, Math.max(EPOCHS_AHEAD, Math.ceil(SECONDS_AHEAD / seconds)));
}
