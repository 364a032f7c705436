export function DetectScreen() {
  return (
    <div class="pad">
      <h1>Detect</h1>
    </div>
  );
}
