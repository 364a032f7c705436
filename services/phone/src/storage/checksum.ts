/** SHA-256 in lower-case hexadecimal. Browsers offer it over HTTPS and on localhost only. */
export async function sha256(content: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
  return [...digest].map(byte => byte.toString(16).padStart(2, '0')).join('');
}
