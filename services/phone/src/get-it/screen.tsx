export function GetItScreen() {
  return (
    <div class="pad">
      <h1>Get it</h1>
    </div>
  );
}
