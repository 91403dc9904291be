"use strict";
// Labels that a person gives on the page: kept in this browser, saved as the labels.csv that --labels takes.

const WORDS = new Map([
  ["right", 1],
  ["wrong", 0],
  ["unsure", 0.5],
]);

const labels = {
  given: new Map(), // row number -> "right" | "wrong" | "unsure"
  changed: () => {},

  get key() {
    return `rewardlab labels ${document.querySelector("footer").textContent}`;
  },

  read() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key) ?? "[]");
      for (const [id, index, word] of kept) {
        const row = lab.places.get(id)?.rows.find((one) => one.index === index);
        if (row && WORDS.has(word)) this.given.set(row.n, word);
      }
    } catch {
      // A browser that keeps nothing for files still labels; only closing the page loses the labels.
    }
  },

  keep() {
    const kept = [...this.given].map(([n, word]) => [lab.rows[n].id, lab.rows[n].index, word]);
    try {
      localStorage.setItem(this.key, JSON.stringify(kept));
    } catch {
      // As above.
    }
  },

  // Gives a label, or takes it back if the row has that label.
  give(row, word) {
    if (this.given.get(row.n) === word) this.given.delete(row.n);
    else this.given.set(row.n, word);
    this.keep();
    this.changed(row);
  },

  of(row) {
    return this.given.get(row.n) ?? "";
  },

  // The run's own labels and the new ones; a new one replaces the same annotator's of the same generation.
  rows(annotator) {
    const all = new Map();
    for (const [id, index, who, label] of lab.data.labels) all.set(JSON.stringify([id, index, who]), [id, index, who, label]);
    for (const [n, word] of this.given) {
      const row = lab.rows[n];
      const id = row.prompt.raw ?? row.id;
      all.set(JSON.stringify([id, row.index, annotator]), [id, row.index, annotator, WORDS.get(word)]);
    }
    return [["prompt_id", "index", "annotator", "label"], ...all.values()];
  },
};

// The generations worth a label, the most telling first; those labelled already are left out.
function queueOf(rows) {
  return rows.filter((row) => row.queue > 0 && !labels.of(row) && !row.known.length).sort((a, b) => b.queue - a.queue || a.n - b.n);
}
