/** Says what browsers keep for HTTPS, where the page came over plain http from another machine. */
export function SecureContextNote() {
  if (isSecureContext) return null;
  return (
    <aside class="notice" aria-label="Not over HTTPS">
      This page came over plain http. The camera, detection on the phone and the page without a network need
      HTTPS; a photo you choose is detected on the server. <a href="/lan">How to get HTTPS here</a>
    </aside>
  );
}
