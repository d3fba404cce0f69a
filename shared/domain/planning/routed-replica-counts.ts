import type { Share, SideCounts } from '#domain/planning/replica-counts';

/** What a canary step says about the number of its instances, apart from its share of the traffic. */
export type CanaryScale =
  | { readonly kind: 'replicas'; readonly replicas: number }
  | { readonly kind: 'weight'; readonly weight: number }
  | { readonly kind: 'matchTrafficWeight' };

/** What the new side is asked to be. */
export type CanaryRequest = Share & {
  /** All steps are skipped: the new side takes everything. */
  readonly promoteFull?: boolean | undefined;
  readonly scale?: CanaryScale | undefined;
  /** The traffic returns to the stable side. */
  readonly aborted?: boolean | undefined;
  /** After an abort the new side keeps its scale for good when this is 0 (Argo's default is 30). */
  readonly abortScaleDownDelaySeconds?: number | undefined;
};

/** The new side's demand: a number of instances, or what belongs to a weight. */
export type CanaryDemand = { readonly kind: 'replicas'; readonly replicas: number } | { readonly kind: 'weight'; readonly weight: number };

/**
 * What decides the number of the new side's instances behind a router: a full promotion, else a scale of its own, else its weight.
 * An abort ends the scale, unless the new side shall stay up for good. Source: `GetCanaryReplicasOrWeight` of Argo Rollouts.
 */
export function canaryDemand(request: CanaryRequest): CanaryDemand {
  if (request.promoteFull === true) return { kind: 'weight', weight: request.maxWeight };
  const isKept = request.aborted !== true || request.abortScaleDownDelaySeconds === 0;
  if (isKept && request.scale !== undefined && request.scale.kind !== 'matchTrafficWeight') return request.scale;
  return { kind: 'weight', weight: request.aborted === true ? 0 : request.weight };
}

/** Both sides behind a router that splits the traffic. */
export type RoutedStatus = CanaryRequest & {
  readonly replicas: number;
  /** The fewest instances of a side that has any, never more than `replicas`; Argo's `minPodsPerReplicaSet`. */
  readonly minimumPerSide?: number | undefined;
  /** The stable side shrinks with its share. `actual` is the traffic the router gives to each side at this moment. */
  readonly dynamicStable?: { readonly actual?: { readonly canaryWeight: number; readonly stableWeight: number } | undefined } | undefined;
};

/**
 * The instances of both sides where a router splits the traffic: ⌈n·w/W⌉ for the new side, all n for the stable one.
 *
 * With `dynamicStable` the stable side has what the greater of its wanted and its actual traffic needs: it grows before traffic comes
 * and shrinks after it has gone; and on an abort the new side keeps what its actual traffic needs. Rounding is always up. Source:
 * `CalculateReplicaCountsForTrafficRoutedCanary` of Argo Rollouts, whose table is a test.
 */
export function routedReplicaCounts(status: RoutedStatus): SideCounts {
  const { replicas, maxWeight, dynamicStable } = status;
  const demand = canaryDemand(status);
  const forWeight = (weight: number) => Math.ceil((weight * replicas) / maxWeight);
  const atLeast = (count: number) => (count === 0 ? 0 : Math.max(count, Math.min(status.minimumPerSide ?? 1, replicas)));
  const canary = demand.kind === 'replicas' ? demand.replicas : atLeast(forWeight(demand.weight));
  if (dynamicStable === undefined) return { canary, stable: replicas };
  const { actual } = dynamicStable;
  const wanted = forWeight(maxWeight - (demand.kind === 'weight' ? demand.weight : 0));
  const stable = Math.max(wanted, forWeight(actual?.stableWeight ?? 0));
  const held = status.aborted === true ? forWeight(actual?.canaryWeight ?? 0) : 0;
  return { canary: atLeast(Math.max(canary, held)), stable: atLeast(stable) };
}
