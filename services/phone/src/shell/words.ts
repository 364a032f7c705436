/** Numbers as people read them. */

/** 35 % */
export function percent(share: number): string {
  return `${Math.round(share * 100)}\u00a0%`;
}

/** 7.3 ms, 83 ms, 1.4 s. */
export function duration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)}\u00a0s`;
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)}\u00a0ms`;
}

/** 7.8 MB: millions of bytes, as phones count. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)}\u00a0MB`;
}
