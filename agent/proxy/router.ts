import { Affinity } from '#agent/proxy/affinity';
import type { ProxyConfiguration, ProxySide } from '#agent/proxy/configuration';
import { Upstreams } from '#agent/proxy/upstreams';
import { WeightedSides } from '#agent/proxy/weighted-sides';
import type { Random } from '#agent/proxy/weighted-sides';

/** Which side a request goes to, and the cookie by which its client will find it again. */
export type Route = { readonly side: ProxySide; readonly setCookie: string | undefined };

type Headers = { readonly [name: string]: string | readonly string[] | undefined };

/** The header by which a client asks for the new release before it takes traffic; its value is the release's name. */
export const PREVIEW_HEADER = 'sluice-preview';

/** Chooses a side for each request, by the present configuration. */
export class Router {
  readonly upstreams = new Upstreams();
  readonly affinity = new Affinity();
  readonly #weighted: WeightedSides;
  #configuration: ProxyConfiguration | undefined;

  constructor(random: Random) {
    this.#weighted = new WeightedSides(random);
  }

  get configuration(): ProxyConfiguration | undefined {
    return this.#configuration;
  }

  configure(configuration: ProxyConfiguration): void {
    this.#configuration = configuration;
    this.upstreams.configure(configuration.sides);
  }

  /** The side of a request; `undefined` when none serves. */
  route(headers: Headers): Route | undefined {
    const configuration = this.#configuration;
    if (configuration === undefined) return undefined;
    const { sticky } = configuration;
    if (isPreview(configuration, headers)) return { side: configuration.sides.new, setCookie: undefined };
    const side = this.#sideOf(configuration, sticky === null ? undefined : this.affinity.keyOf(sticky, headers));
    if (side === undefined) return undefined;
    return { side, setCookie: sticky === null ? undefined : this.affinity.meet(sticky, headers, side.key) };
  }

  /** The same side in the present configuration: while a request looks for an instance, instances come and go. */
  present(side: ProxySide): ProxySide {
    const sides = this.#configuration?.sides;
    return [sides?.new, sides?.stable].find((one) => one?.key === side.key) ?? side;
  }

  #sideOf({ sides, weightPercent }: ProxyConfiguration, met: string | undefined): ProxySide | undefined {
    if (sides.new === null) return sides.stable ?? undefined;
    if (weightPercent === 100) return sides.new;
    // A new side without weight serves nobody yet, also where there is no old one.
    if (sides.stable === null || weightPercent === 0) return sides.stable ?? undefined;
    if (met === sides.new.key) return sides.new;
    if (met === sides.stable.key) return sides.stable;
    return this.#weighted.next(weightPercent) === 'new' ? sides.new : sides.stable;
  }
}

/**
 * Whether a request asks for the preview: the new side while it has no weight. Once it takes traffic nobody may choose a side, or the
 * samples would no longer be random.
 */
function isPreview(configuration: ProxyConfiguration, headers: Headers): configuration is ProxyConfiguration & { readonly sides: { readonly new: ProxySide } } {
  return configuration.sides.new !== null && configuration.weightPercent === 0 && headers[PREVIEW_HEADER] === configuration.sides.new.release;
}
