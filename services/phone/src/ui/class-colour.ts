/** The colours of classes; classes beyond the number of colours reuse them. */
const COLOURS = 4;

export function classColour(classId: number): string {
  return `var(--class-${classId % COLOURS})`;
}

/** The variant of the colour that stands out on photos. */
export function markColour(classId: number): string {
  return `var(--mark-${classId % COLOURS})`;
}
