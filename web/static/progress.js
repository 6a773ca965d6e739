// Shows what is being asked while the page's own report is on its way, and takes
// that away when the report is there. The page ends on the report without this
// file too. This file may run before what follows its own element is there, since
// the browser has kept it, or after the report has come.
"use strict";
{
  const looking = document.querySelector(".looking");
  const told = document.getElementById("told");
  const finished = () => looking.nextElementSibling !== null;
  let stream;
  if (!finished()) follow();
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", conclude);
  else conclude();

  function conclude() {
    stream?.close();
    const heading = document.querySelector(".looking ~ * h1");
    if (!heading) return;
    looking.remove();
    document.title = `${heading.textContent.trim()} · whystopped`;
    told.textContent = heading.textContent.trim();
  }

  function sayBroken() {
    if (!looking.isConnected) return;
    const broken = document.getElementById("broken");
    broken.hidden = false;
    told.textContent = broken.textContent;
  }

  function follow() {
    const words = JSON.parse(document.getElementById("words").textContent);
    const list = document.createElement("ul");
    list.className = "sources live";
    // The page's own list, which comes behind it, tells the same without what is
    // under way; the style sheet hides it.
    document.currentScript.after(list);

    const lines = new Map();
    let ended = 0;
    stream = new EventSource(looking.dataset.stream);
    stream.addEventListener("source", (event) => {
      const source = JSON.parse(event.data);
      const line = lines.get(source.name) ?? list.appendChild(document.createElement("li"));
      lines.set(source.name, line);
      show(line, source);
      if (source.status === "started") return;
      ended++;
      told.textContent = fill(words.progress, { source: title(source.name), status: words.statuses[source.status]?.word ?? source.status, ended, all: lines.size });
    });
    stream.addEventListener("verdict", (event) => {
      const sofar = looking.querySelector(".sofar");
      sofar.querySelector("span").textContent = JSON.parse(event.data).title;
      sofar.hidden = false;
    });
    // However the stream ends, the page's own end is due. A browser tells of no
    // event when a page breaks off, so that a line that fell silent looks like work.
    const overdue = 2000;
    for (const end of ["kept", "problem", "error"]) {
      stream.addEventListener(end, () => {
        stream.close();
        setTimeout(sayBroken, overdue);
      });
    }

    function title(name) {
      const [operation, ...rest] = name.split(" ");
      const of = rest.join(" ");
      const code = of.startsWith("(") ? of.slice(1, -1).replaceAll(" ", "-") : operation;
      return (words.sources[code] ?? name).replace("{container}", of);
    }

    // Fills a template of the pages' words: {name} and {n:plural|# one|# many}.
    function fill(template, values) {
      return template.replace(/\{(\w+)(?::plural\|([^|}]*)\|([^}]*))?\}/g, (_, name, one, many) =>
        one === undefined ? values[name] : (values[name] === 1 ? one : many).replace("#", values[name]));
    }

    function show(line, source) {
      const status = words.statuses[source.status] ?? { word: source.status, class: "part" };
      const asked = element("span", "asked", element("b", "", title(source.name)), " ", element("span", "status", status.word));
      if (source.detail) asked.append(" ", element("span", "detail", source.detail));
      const effort = source.calls ? `, ${fill(words.effort, { n: source.calls, ms: source.tookMs })}` : "";
      line.className = `was-${status.class}`;
      line.replaceChildren(element("span", "glyph"), asked, element("small", "", source.name + effort));
    }

    function element(tag, name, ...content) {
      const made = document.createElement(tag);
      if (name) made.className = name;
      if (name === "glyph") made.ariaHidden = "true";
      made.append(...content);
      return made;
    }
  }
}
