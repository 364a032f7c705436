/** The colour that a class has on every screen; more classes than colours share them. */
const COLOURS = 4;

export function classColour(classId: number): string {
  return `var(--class-${classId % COLOURS})`;
}

/** The same on a photo. */
export function markColour(classId: number): string {
  return `var(--mark-${classId % COLOURS})`;
}
