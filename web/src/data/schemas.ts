/** Shapes of the API by their names in its OpenAPI document. */

import type { components } from "./openapi";

export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];
