export function LabelScreen() {
  return (
    <div class="pad">
      <h1>Label</h1>
    </div>
  );
}
