// Shows times in the reader's own zone. Without this file they stay in UTC,
// which hovering shows either way.
"use strict";
{
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const day = new Intl.DateTimeFormat("sv-SE", { year: "numeric", month: "2-digit", day: "2-digit" });
  const offset = new Intl.DateTimeFormat("en-GB", { timeZoneName: "shortOffset" });

  // A zone is named as of a moment, since summer time moves it.
  const zoneAt = (at) => offset.formatToParts(at).find((part) => part.type === "timeZoneName").value.replace(/^GMT(\+0)?/, "UTC");

  for (const time of document.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime()) || !time.textContent.endsWith(" UTC")) continue; // "7 minutes ago" holds everywhere
    const date = /^\d{4}-/.test(time.textContent) ? day.format(at) + " " : "";
    time.textContent = date + clock.format(at) + " " + zoneAt(at);
  }

  for (const text of document.querySelectorAll("text[data-at]")) {
    text.textContent = clock.format(new Date(text.dataset.at));
  }

  for (const zone of document.querySelectorAll("[data-zone]")) {
    const first = document.querySelector("time[datetime]");
    const name = zoneAt(first ? new Date(first.dateTime) : new Date());
    zone.textContent = name === "UTC" ? "UTC" : document.body.dataset.zoneWords.replace("{zone}", name);
  }
}
