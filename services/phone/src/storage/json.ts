/** The value that a kept text stands for; null when it is none, as after another page of this address has written there. */
export function parsedOrNull(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
