/** Short names of the API's shapes of orders. */

import type { components } from "@/data/openapi";

type Schemas = components["schemas"];
export type OrderShape = Schemas["OrderShape"];
export type OrderStory = Schemas["OrderStory"];
export type CheckShape = Schemas["CheckShape"];
export type ScoreShape = Schemas["ScoreShape"];
export type StageShape = Schemas["StageShape"];
export type FillShape = Schemas["FillShape"];
