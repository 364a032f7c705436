/** Storage that is full or forbidden, told apart from faults of the page. */

/** Whether the browser refused to keep something for want of room. */
export function isStorageFull(fault: unknown): boolean {
  // IndexedDB wraps it once more in some browsers.
  return fault instanceof DOMException && /quota/i.test(`${fault.name} ${fault.message}`);
}
