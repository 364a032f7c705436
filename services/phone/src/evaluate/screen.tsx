export function EvaluateScreen() {
  return (
    <div class="pad">
      <h1>Evaluate</h1>
    </div>
  );
}
