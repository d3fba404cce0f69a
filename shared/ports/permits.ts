/** How many of a kind a tenant may have at once, and after how many seconds one that nobody gave back ends by itself. */
export type PermitBound = { readonly most: number; readonly heldSeconds: number };

/** One permit: whose it is, what it lets be under way, and who has it, by a name that nobody else uses. */
export type Permit = { readonly tenant: string; readonly kind: string; readonly holder: string };

/**
 * Lets a bounded number of things be under way at once, counted per tenant and kind in the whole system. Taking is atomic: of any number who try
 * at the same time, no more than `most` have one. What was lost with its process comes free when its time is over.
 */
export interface Permits {
  /** Takes a permit; answers false when as many as may be are out. One that its holder has already is taken. */
  take(permit: Permit, bound: PermitBound): Promise<boolean>;
  /** Gives a permit back; one that nobody has, or that has ended by itself, is no error. */
  giveBack(permit: Permit): Promise<void>;
}
