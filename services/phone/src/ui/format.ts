/** Numbers, sizes, dates, lists and errors as text for people. */

/** 35 % */
export function formatPercent(fraction: number): string {
  return `${Math.round(fraction * 100)}\u00a0%`;
}

/** 7.3 ms, 83 ms, 1.4 s. */
export function formatDuration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)}\u00a0s`;
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)}\u00a0ms`;
}

/** 812 bytes, 71 kB, 7.8 MB: decimal units, as phones show them. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes}\u00a0bytes`;
  if (bytes < 999_500) return `${Math.round(bytes / 1000)}\u00a0kB`;
  return `${(bytes / 1e6).toFixed(1)}\u00a0MB`;
}

/** kangaroo and raccoon; fox, hare, and owl. */
export function formatList(names: readonly string[]): string {
  return new Intl.ListFormat('en').format(names);
}

/** Nov 27, 2026, in the format of the browser's locale. */
export function formatDate(iso: string): string {
  return new Date(iso).toLocaleDateString(undefined, {dateStyle: 'medium'});
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
