/* Days are those of the reader, unless the address names a time zone: set before htmx asks for the figures. */

const zone = document.querySelector("#time_zone[data-default]");
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && own) {
  zone.value = own;
  const figures = document.getElementById("figures");
  const wanted = figures?.getAttribute("hx-get");
  if (wanted) {
    const address = new URL(wanted, location.href);
    address.searchParams.set("time_zone", own);
    figures.setAttribute("hx-get", address.pathname + address.search);
  }
}
