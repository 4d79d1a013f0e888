// A table of many rows gets a field that filters its rows by words, and headings that sort them.
// The words may stand in any cell; all of them must. A heading sorts upwards, then downwards, then as it was.
(() => {
  const MANY = 40;

  // The number that a cell begins with; inf is one, "1,811 of 2,636" is 1811. NaN where there is none.
  const numberOf = (text) => {
    const found = text.replace(/,(?=\d{3})/g, "").match(/^[<>≤≥~]?\s*([-−+]?)(inf|\d*\.?\d+(?:e[-+]?\d+)?)/i);
    if (!found) return NaN;
    const size = found[2].toLowerCase() === "inf" ? Infinity : parseFloat(found[2]);
    return found[1] && found[1] !== "+" ? -size : size;
  };

  // Numbers before words, words before nothing.
  const compare = (one, other) => {
    const [x, y] = [numberOf(one), numberOf(other)];
    if (!isNaN(x) && !isNaN(y)) return x < y ? -1 : x > y ? 1 : 0;
    if (isNaN(x) !== isNaN(y)) return isNaN(x) ? 1 : -1;
    const [empty, void_] = [/^[—-]?$/.test(one), /^[—-]?$/.test(other)];
    return empty !== void_ ? (empty ? 1 : -1) : one.localeCompare(other, "en", { numeric: true });
  };

  const text = (row, column) => (row.cells[column] ? row.cells[column].textContent.trim() : "");

  const make = (table) => {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const words = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));

    const tools = document.createElement("p");
    tools.className = "table-tools";
    tools.innerHTML = '<input type="search" class="md-input" placeholder="Filter the rows" aria-label="Filter the rows"> ' +
      '<span role="status"></span>';
    const [field, tally] = tools.children;
    const filter = () => {
      const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        row.hidden = !wanted.every((word) => words.get(row).includes(word));
        shown += !row.hidden;
      }
      tally.textContent = shown === rows.length ? `${shown} rows` : `${shown} of ${rows.length} rows`;
    };
    field.addEventListener("input", filter);
    (table.closest(".md-typeset__scrollwrap") || table).before(tools);
    filter();

    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "table-sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const next = { ascending: "descending", descending: null }[head.getAttribute("aria-sort")];
        const order = next === undefined ? "ascending" : next;
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        if (order) head.setAttribute("aria-sort", order);
        const sign = order === "descending" ? -1 : 1;
        const sorted = order ? [...rows].sort((a, b) => sign * compare(text(a, column), text(b, column))) : rows;
        body.append(...sorted);
      });
    });
  };

  document.querySelectorAll(".md-typeset table:not([class])").forEach((table) => {
    if (table.tHead && table.tBodies[0] && table.tBodies[0].rows.length >= MANY) make(table);
  });
})();
