"use strict";

// The filter of the table of keys.
const filter = document.getElementById("filter");
if (filter) {
  const table = document.getElementById("keys");
  const rows = [...table.tBodies[0].rows].map((row) => [row, row.textContent.toLowerCase()]);
  const columns = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.toLowerCase());
  const matrix = table.matches(".matrix");
  const told = document.getElementById("filtered");
  filter.addEventListener("input", () => {
    const word = filter.value.trim().toLowerCase();
    // A word that names presets shows their columns; any other one the rows that hold it.
    const named = columns.map((name, place) => place > 0 && word !== "" && name.includes(word));
    const byPreset = matrix && named.some(Boolean);
    let shown = 0;
    for (const [row, text] of rows) {
      row.hidden = !byPreset && !text.includes(word);
      shown += row.hidden ? 0 : 1;
    }
    if (matrix) {
      for (const row of table.rows) {
        [...row.cells].forEach((cell, place) => {
          cell.hidden = byPreset && place > 0 && !named[place];
        });
      }
    }
    told.textContent = `${shown} key${shown === 1 ? "" : "s"}`;
  });
}

// Presets that are packed: a block is unpacked when one of its presets is opened.
const blocks = new Map();
async function unpacked(number) {
  const packed = document.getElementById(`block-${number}`).textContent;
  const bytes = Uint8Array.from(atob(packed), (one) => one.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}
async function fill(preset) {
  const { block, item } = preset.dataset;
  const parts = preset.querySelector(".parts");
  if (block === undefined || parts.dataset.filled) return;
  parts.dataset.filled = "yes";
  if (!blocks.has(block)) blocks.set(block, unpacked(block));
  parts.innerHTML = (await blocks.get(block))[Number(item)];
}
for (const preset of document.querySelectorAll("details.preset")) {
  preset.addEventListener("toggle", () => preset.open && fill(preset));
}

// A link to a preset opens it.
function follow() {
  const preset = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (preset && preset.matches("details.preset")) {
    preset.open = true;
    preset.querySelector("summary").focus();
    preset.scrollIntoView();
  }
}
addEventListener("hashchange", follow);
follow();

// On paper nothing can be opened; so many presets that they are packed stay closed.
addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("details:not([data-block])")) one.open = true;
});

// What a file is built on, and what is built on it, lights up below the pointer.
for (const svg of document.querySelectorAll(".drawing svg")) {
  const boxes = new Map([...svg.querySelectorAll("[data-box]")].map((one) => [one.dataset.box, one]));
  const links = [...svg.querySelectorAll("[data-from]")];
  const reach = (start, from, to) => {
    const seen = new Set([start]);
    const lit = [];
    for (const one of seen) {
      for (const link of links) {
        if (link.dataset[from] === one) {
          seen.add(link.dataset[to]);
          lit.push(link);
        }
      }
    }
    return [...lit, ...[...seen].map((one) => boxes.get(one))];
  };
  const clear = () => {
    svg.classList.remove("asked");
    for (const one of svg.querySelectorAll(".lit")) one.classList.remove("lit");
  };
  svg.addEventListener("pointerover", (event) => {
    const box = event.target.closest("[data-box]");
    clear();
    if (!box) return;
    svg.classList.add("asked");
    const start = box.dataset.box;
    for (const one of [...reach(start, "from", "to"), ...reach(start, "to", "from")]) {
      one.classList.add("lit");
    }
  });
  svg.addEventListener("pointerleave", clear);
}
