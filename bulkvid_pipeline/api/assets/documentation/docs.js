// Shows the API's document. A token in the address, `#token=...`, is used for requests that are tried out here and is
// taken out of the address bar at once, so that it stays in no history.
"use strict";

const fragment = new URLSearchParams(window.location.hash.slice(1));
const token = fragment.get("token");
if (token !== null) {
  window.history.replaceState(null, "", window.location.pathname + window.location.search);
}

const page = SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#documentation",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  validatorUrl: null,
  onComplete: () => {
    if (token) {
      page.preauthorizeApiKey("bearerAuth", token);
    }
  },
});
