/** Short names of the shapes of the API that many pages read. */

import type { components } from "./openapi";

type Schemas = components["schemas"];

/** The state of the trader; the fields say in the API's document what they are. */
export type Status = Schemas["TraderStatus"];
export type Position = Status["positions"][number];
export type Order = Status["orders"][number];
export type Health = Status["health"][number];
export type Latency = Status["latency_us"][string];
export type Alert = Status["alerts"][number];
export type Breaker = Status["breakers"][number];
