"use strict";
// Shows the photos that fit all three choices; without it all are shown.
const form = document.querySelector("#filter");
const photos = [...document.querySelectorAll(".photo")];
const status = document.querySelector("#filter-status");

function fits(photo, { side, label, level }) {
  const labels = photo.dataset.classes.split(" ");
  return (
    (!side || photo.dataset.side === side) &&
    (!label || labels.includes(label)) &&
    (!level || photo.dataset.level === level || (level === "any" && photo.dataset.level !== "fine"))
  );
}

function apply() {
  const chosen = Object.fromEntries(new FormData(form));
  let count = 0;
  for (const photo of photos) {
    photo.hidden = !fits(photo, chosen);
    count += photo.hidden ? 0 : 1;
  }
  document.body.classList.toggle("large", chosen.view === "large");
  status.textContent = `${count} of ${photos.length} photos`;
}

form.hidden = false;
form.addEventListener("change", apply);
form.addEventListener("submit", (event) => event.preventDefault());
apply();
