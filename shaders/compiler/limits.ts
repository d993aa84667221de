/** UTF-16 units of WGSL; the job file's own limit. */
export const MAX_SOURCE = 65_536;

/** Blocks and parentheses inside one another. Chromium's WGSL compiler takes 127, and counts an `if` with its block twice. */
export const MAX_NESTING = 60;

/** Operators that wait for one another in one expression, so that no job can exhaust the stack. A 27-point sum has 26. */
export const MAX_OPERATORS = 200;

/** Parameters of a function, as WGSL has it. */
export const MAX_PARAMETERS = 255;

/** Functions that call functions that call functions. */
export const MAX_CALL_DEPTH = 16;

/** Statements and expressions evaluated while calls are inlined and loops unrolled. Takes well under a second. */
export const MAX_WORK = 200_000;

/** Nested evaluation while inlining, calls included. */
export const MAX_EVALUATION_DEPTH = 800;

/** Operations of one cell's update, common ones counted once. The wave equation has about 40. */
export const MAX_OPERATIONS = 8_192;

/** Cells that one update may reach along each axis. */
export const MAX_RADIUS = 4;
