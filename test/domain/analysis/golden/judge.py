"""Golden values of the judge, from an implementation that shares nothing with Sluice's but the definitions.

Every probability is summed directly over the hypergeometric distribution in 50 digits, bounds are found by bisection over all looks, and
nothing is windowed, interpolated or kept from one look to the next.

Run with Python 3.11.7, mpmath 1.3.0 (or later):   python3 judge.py > judge.json
"""
import json
import math
import random
import sys

import mpmath as mp

mp.mp.dps = 50
LN = mp.log

RATIO = dict(kind='ratio', weight=0.5, failMargin=1.1, passMargin=2.0, floor=0.001, failGrid=[1.2, 1.5, 2, 3, 5, 10, 25], passGrid=[1.2, 1.5, 2, 3, 5])
LATENCY = dict(kind='distribution', weight=0.5, levels=[0.5, 0.75, 0.9, 0.95, 0.99], sketchAccuracy=0.01, failTolerance=1.04, passLevels=[0.5, 0.95],
               passTolerance=1.2, failGrid=RATIO['failGrid'], passGrid=RATIO['passGrid'])
RATE = dict(kind='rate', weight=0.5, failMargin=1.1, passMargin=2.0, failGrid=RATIO['failGrid'], passGrid=RATIO['passGrid'])
MEAN = dict(kind='mean', weight=0.5, failDelta=0.0, passDelta=math.log(1.2), tau=0.2)
KINDS = {'ratio': RATIO, 'distribution': LATENCY, 'rate': RATE, 'mean': MEAN}
POLICY = dict(alpha=0.05, beta=0.05, lookSeconds=10, horizonSeconds=1800, minBakeSeconds=300, warmupSeconds=0, onset={'w0': 0.5}, capFraction=0.5, phi=1,
              metrics=[dict(RATIO, name='errors'), dict(LATENCY, name='latency')])
CS_GRID = [1 / mp.mpf(g) for g in (25, 10, 5, 3, 2, 1.5, 1.2)] + [mp.mpf(g) for g in (1.2, 1.5, 2, 3, 5, 10, 25)]


def odds(nc, nb, x, y):
    """psi -> x ln psi - ln E[psi^X], by direct summation over the support."""
    K, N = x + y, nc + nb
    low, high = max(0, K - nb), min(K, nc)
    weights = [mp.mpf(math.comb(K, i) * math.comb(N - K, nc - i)) for i in range(low, high + 1)]
    total = mp.mpf(math.comb(N, nc))
    return lambda psi: x * LN(psi) - LN(sum(w * mp.mpf(psi) ** (low + i) for i, w in enumerate(weights)) / total)


def poisson(ec, eb, x, y):
    if ec == 0 or eb == 0:
        return lambda r: mp.mpf(0)
    w = mp.mpf(ec) / (mp.mpf(ec) + mp.mpf(eb))
    return lambda r: x * LN(r) - (x + y) * LN(1 + w * (mp.mpf(r) - 1))


def log_sum(values):
    values = list(values)
    top = max(values)
    return top + LN(sum(mp.exp(v - top) for v in values))


def process(ls, margin, grid, up, cap, phi, onset, horizon):
    """ln of the e-value after all looks in ls."""
    margin = mp.mpf(margin)
    logs = []
    for g in grid:
        A = mp.mpf(onset) if onset is not None else mp.mpf(1)
        for t, l in enumerate(ls, 1):
            d = (l(margin * mp.mpf(g) if up else margin / mp.mpf(g)) - l(margin)) / mp.mpf(phi)
            if cap is not None:
                d = min(d, cap)
            if onset is not None and t <= horizon:
                A += (1 - mp.mpf(onset)) / horizon
            A *= mp.exp(d)
        logs.append(A)
    E = sum(logs) / len(logs)
    if onset is not None and len(ls) < horizon:
        E += 1 - mp.mpf(onset) - len(ls) * (1 - mp.mpf(onset)) / horizon
    return LN(E)


def interval(ls, alpha):
    if not ls:
        return [None, None]
    L = lambda z: sum(l(mp.exp(z)) for l in ls)
    at = [(LN(g), L(LN(g))) for g in CS_GRID]
    m = log_sum(v - LN(len(CS_GRID)) for _, v in at)
    inside = max(at, key=lambda p: p[1])[0]
    h = lambda z: m - L(z) - LN(1 / mp.mpf(alpha))
    ends = []
    for far in (-LN(10 ** 6), LN(10 ** 6)):
        if h(far) < 0:
            ends.append(None)
            continue
        a, b = inside, far
        for _ in range(70):
            mid = (a + b) / 2
            if h(mid) < 0:
                a = mid
            else:
                b = mid
        ends.append(float(mp.exp((a + b) / 2)))
    return ends


def floor(p0, x, n):
    p0 = mp.mpf(p0)
    a, b = mp.mpf('0.5'), mp.mpf('0.5') / p0 - mp.mpf('0.5')
    lnB = lambda u, v: LN(mp.beta(u, v))
    I = lambda u, v: LN(mp.betainc(u, v, 0, p0, regularized=True))
    return lnB(a + x, b + n - x) - lnB(a, b) - x * LN(p0) - (n - x) * LN(1 - p0) + I(a + x, b + n - x) - I(a, b)


def mean(looks, side, margin, tau):
    S = v = mp.mpf(0)
    for c, b in looks:
        if c['n'] < 2 or b['n'] < 2:
            continue
        V = mp.mpf(c['variance']) / c['n'] + mp.mpf(b['variance']) / b['n']
        if V == 0:
            continue
        S += (mp.mpf(c['mean']) - mp.mpf(b['mean']) - mp.mpf(margin)) / V
        v += 1 / V
    if v == 0:
        return mp.mpf(0)
    s = S if side == 'above' else -S
    rho = 1 / mp.mpf(tau) ** 2
    return LN(4 * rho / (v + rho)) / 2 + s * s / (2 * (v + rho)) + LN(mp.ncdf(s / mp.sqrt(v + rho)))


def histogram(arm, accuracy):
    """Sorted values' keys: any latency form as {key: count} with numeric keys, -inf for 0 s, plus the bounds of le."""
    if 'le' in arm:
        items = sorted(((math.inf if k == '+Inf' else float(k)), v) for k, v in arm['le'].items())
        out, before = {}, 0
        for bound, total in items:
            out[bound] = total - before
            before = total
        return out, [b for b, _ in items]
    out = {}
    for k, v in arm.get('buckets', {}).items():
        key = -math.inf if k == 'zero' else int(k)
        out[key] = out.get(key, 0) + v
    gamma = (1 + accuracy) / (1 - accuracy)
    for v in arm.get('values', []):
        key = -math.inf if v == 0 else math.ceil(math.log(v) / math.log(gamma))
        out[key] = out.get(key, 0) + 1
    return out, None


def exceedance(looks, metric, level, tolerance, guard):
    """The strata of one level: counts above stable's quantile over the looks before."""
    base, strata = {}, []
    shift = round(math.log(tolerance) / math.log((1 + metric['sketchAccuracy']) / (1 - metric['sketchAccuracy'])))
    for c, b in looks:
        (hc, bounds), (hb, _) = histogram(c, metric['sketchAccuracy']), histogram(b, metric['sketchAccuracy'])
        n = sum(base.values())
        if n == 0:
            strata.append((0, 0, 0, 0))
        else:
            seen, threshold = 0, None
            for key in sorted(base):
                seen += base[key]
                if base[key] and seen >= level * n:
                    threshold = key
                    break
            moved = threshold + shift if bounds is None else min((x for x in bounds if x >= tolerance * threshold), default=math.inf)
            if guard and moved == math.inf:
                strata.append((0, 0, 0, 0))
            else:
                strata.append((sum(hc.values()), sum(hb.values()), sum(v for k, v in hc.items() if k > moved), sum(v for k, v in hb.items() if k > threshold)))
        for k, v in hb.items():
            base[k] = base.get(k, 0) + v
    return strata


def judge(file):
    policy = dict(POLICY, **file.get('policy', {}))
    metrics = [dict(KINDS[m['kind']], **m) for m in policy['metrics']]
    total = sum(m['weight'] for m in metrics)
    alpha, beta = policy['alpha'], policy['beta']
    need_fail, need_pass = LN(1 / mp.mpf(alpha)), LN(1 / mp.mpf(beta))
    caps = [None if policy['capFraction'] is None else policy['capFraction'] * need for need in (need_fail, need_pass)]
    onset = None if policy['onset'] is None else policy['onset'].get('w0', 0.5)
    horizon = math.ceil(policy['horizonSeconds'] / policy['lookSeconds'])
    bake = math.ceil(policy['minBakeSeconds'] / policy['lookSeconds'])
    warm = math.floor(policy['warmupSeconds'] / policy['lookSeconds'])
    passed = {m['name']: {} for m in metrics}
    out, verdict = [], None
    for t in range(1, min(horizon, len(file['looks'])) + 1):
        fails, passes, ratios = {}, {}, {}
        for m in metrics:
            name = m['name']
            empty = {'ratio': {'total': 0, 'bad': 0}, 'rate': {'count': 0, 'exposure': 0}, 'mean': {'n': 0, 'mean': 0, 'variance': 0}, 'distribution': {'buckets': {}}}[m['kind']]
            looks = [(k['metrics'].get(name, {}).get('canary', empty), k['metrics'].get(name, {}).get('stable', empty)) for k in file['looks'][warm:t]]
            if m['kind'] in ('ratio', 'rate'):
                plain = m['kind'] == 'rate'
                ls = [poisson(c['exposure'], b['exposure'], c['count'], b['count']) if plain else odds(c['total'], b['total'], c['bad'], b['bad']) for c, b in looks]
                fails[name] = process(ls, m['failMargin'], m['failGrid'], True, None if plain else caps[0], policy['phi'], None if plain else onset, horizon)
                p = {'': process(ls, m['passMargin'], m['passGrid'], False, None if plain else caps[1], policy['phi'], None, horizon)}
                if not plain and m['floor'] is not None:
                    f = floor(m['floor'], sum(c['bad'] for c, _ in looks), sum(c['total'] for c, _ in looks)) if looks else mp.mpf(0)
                    p = {'': log_sum([p[''], f]) - LN(2)}
                ratios[name] = interval(ls, alpha) if t == len(file['looks']) or t % file.get('every', 1) == 0 else 'unchecked'
            elif m['kind'] == 'mean':
                fails[name] = mean(looks, 'above', m['failDelta'], m['tau'])
                p = {'': mean(looks, 'below', m['passDelta'], m['tau'])}
            else:
                fails[name] = log_sum(process([odds(*s) for s in exceedance(looks, m, q, m['failTolerance'], False)], 1, m['failGrid'], True, caps[0], policy['phi'], onset, horizon) for q in m['levels']) - LN(len(m['levels']))
                p = {q: process([odds(*s) for s in exceedance(looks, m, q, m['passTolerance'], True)], 1, m['passGrid'], False, caps[1], policy['phi'], None, horizon) for q in m['passLevels']}
            passes[name] = min(p.values())
            for q, v in p.items():
                passed[name][q] = passed[name].get(q, False) or v >= need_pass
        fail = log_sum(LN(mp.mpf(m['weight']) / total) + fails[m['name']] for m in metrics if m['weight'] > 0)
        if verdict is None:
            if fail >= need_fail:
                verdict = ('Failed', t)
            elif t >= bake and all(all(v.values()) for v in passed.values()):
                verdict = ('Successful', t)
            elif t >= horizon:
                verdict = ('Inconclusive', t)
        out.append({'look': t, 'logEvidence': {'fail': float(fail), 'pass': {k: float(v) for k, v in passes.items()}, 'metrics': {k: float(v) for k, v in fails.items()}}, 'ratio': ratios})
    verdict = verdict or ('Continue', len(out))
    return {'verdict': verdict[0], 'look': verdict[1], 'looks': out}


def drawn(rng, n, p):
    return {'total': n, 'bad': sum(rng.random() < p for _ in range(n))}


def errors(rng, looks, nc, nb, pc, pb):
    return [{'metrics': {'errors': {'canary': drawn(rng, nc, pc), 'stable': drawn(rng, nb, pb)}}} for _ in range(looks)]


def values(rng, n, median):
    return [float('%.6g' % (median * math.exp(0.6 * rng.gauss(0, 1)))) for _ in range(n)]


def le(numbers):
    bounds = ['0.025', '0.05', '0.1', '0.15', '0.2', '0.3', '0.5', '1']
    return dict({b: sum(v <= float(b) for v in numbers) for b in bounds}, **{'+Inf': len(numbers)})


def buckets(numbers):
    out = {}
    for v in numbers:
        key = 'zero' if v == 0 else str(math.ceil(math.log(v) / math.log(1.01 / 0.99)))
        out[key] = out.get(key, 0) + 1
    return out


def cases():
    rng = random.Random(20261121)
    only = lambda kind, **more: [dict(kind=kind, name={'ratio': 'errors', 'distribution': 'latency', 'rate': 'restarts', 'mean': 'work'}[kind], **more)]
    yield 'one look of the documented example', {'policy': {'metrics': only('ratio')}, 'looks': [{'metrics': {'errors': {'canary': {'total': 400, 'bad': 6}, 'stable': {'total': 1600, 'bad': 17}}}}]}
    yield 'four times the errors', {'policy': {'metrics': only('ratio')}, 'looks': errors(rng, 14, 50, 450, 0.06, 0.012)}
    yield 'no onset, no cap, tempered', {'policy': {'metrics': only('ratio', floor=None), 'onset': None, 'capFraction': None, 'phi': 1.5, 'alpha': 0.01}, 'looks': errors(rng, 12, 60, 300, 0.05, 0.02)}
    yield 'a healthy canary with other margins and grids', {'policy': {'metrics': only('ratio', failMargin=1.5, passMargin=3, failGrid=[2, 4], passGrid=[1.5, 6], floor=0.01), 'minBakeSeconds': 40, 'beta': 0.1}, 'looks': errors(rng, 12, 200, 400, 0.008, 0.008)}
    yield 'clean and below its floor', {'policy': {'metrics': only('ratio'), 'minBakeSeconds': 0}, 'looks': [{'metrics': {'errors': {'canary': {'total': 900, 'bad': 0}, 'stable': {'total': 9000, 'bad': 1}}}} for _ in range(9)]}
    yield 'ends that nothing bounds', {'policy': {'metrics': only('ratio')}, 'looks': [{'metrics': {'errors': {'canary': {'total': 10, 'bad': x}, 'stable': {'total': 990, 'bad': y}}}} for x, y in [(0, 0), (3, 0), (2, 0), (1, 1)]] + [{'metrics': {'errors': {'canary': {'total': 0, 'bad': 0}, 'stable': {'total': 50, 'bad': 9}}}}, {'metrics': {}}]}
    yield 'much traffic', {'every': 3, 'policy': {'metrics': only('ratio'), 'minBakeSeconds': 30}, 'looks': [{'metrics': {'errors': {'canary': {'total': 5000, 'bad': 25 + i}, 'stable': {'total': 45000, 'bad': 230 - i}}}} for i in range(3)]}
    yield 'most requests fail', {'every': 4, 'policy': {'metrics': only('ratio')}, 'looks': errors(rng, 4, 300, 300, 0.9, 0.8)}
    yield 'a plain regression with tens of errors', {'policy': {'metrics': only('ratio')}, 'looks': [{'metrics': {'errors': {'canary': {'total': 400, 'bad': x}, 'stable': {'total': 1600, 'bad': y}}}} for x, y in [(40, 17), (40, 17), (38, 20)]]}
    yield 'warm-up, bake and a near horizon', {'policy': {'metrics': only('ratio'), 'lookSeconds': 5, 'warmupSeconds': 14, 'minBakeSeconds': 20, 'horizonSeconds': 38, 'onset': {'w0': 0.3}}, 'looks': errors(rng, 10, 100, 300, 0.02, 0.02)}
    yield 'both default metrics, by values', {'every': 4, 'policy': {'minBakeSeconds': 60}, 'looks': [{'metrics': dict(one['metrics'], latency={'canary': {'values': values(rng, 40, 0.1)}, 'stable': {'values': values(rng, 120, 0.1)}})} for one in errors(rng, 8, 40, 120, 0.03, 0.03)]}
    yield 'slow, by logarithmic buckets', {'policy': {'metrics': only('distribution', weight=2)}, 'looks': [{'metrics': {'latency': {'canary': {'buckets': buckets(values(rng, 50, 0.16) + [0])}, 'stable': {'buckets': buckets(values(rng, 150, 0.1) + [0, 0])}}}} for _ in range(7)]}
    yield 'slow, by bounds', {'policy': {'metrics': only('distribution', levels=[0.5, 0.9, 0.99], passLevels=[0.5, 0.75])}, 'looks': [{'metrics': {'latency': {'canary': {'le': le(values(rng, 60, 0.14))}, 'stable': {'le': le(values(rng, 200, 0.1))}}}} for _ in range(7)]}
    yield 'as fast, by bounds, with the last one in the way', {'policy': {'metrics': only('distribution', passLevels=[0.5, 0.99]), 'capFraction': None, 'onset': None}, 'looks': [{'metrics': {'latency': {'canary': {'le': le(values(rng, 80, 0.25))}, 'stable': {'le': le(values(rng, 80, 0.25))}}}} for _ in range(6)]}
    yield 'restarts over pod-seconds', {'policy': {'metrics': only('rate'), 'phi': 1.2}, 'looks': [{'metrics': {'restarts': {'canary': {'count': x, 'exposure': 20.5}, 'stable': {'count': y, 'exposure': 180}}}} for x, y in [(0, 0), (1, 1), (2, 1), (0, 2), (4, 0), (3, 2)]]}
    yield 'means of logarithms', {'policy': {'metrics': only('mean')}, 'looks': [{'metrics': {'work': {'canary': {'n': 60, 'mean': -2.2 + d, 'variance': 0.35}, 'stable': {'n': 400, 'mean': -2.3 + d, 'variance': 0.37}}}} for d in (0, 0.1, 0.2, 0.15, 0.05)]}
    yield 'three metrics of unequal weight', {'every': 5, 'policy': {'metrics': only('ratio', weight=3, failMargin=1) + only('rate', weight=1) + only('mean', weight=0)}, 'looks': [{'metrics': dict(one['metrics'], restarts={'canary': {'count': i % 2, 'exposure': 10}, 'stable': {'count': 1, 'exposure': 90}}, work={'canary': {'n': 50, 'mean': 1, 'variance': 0.2}, 'stable': {'n': 90, 'mean': 1.02, 'variance': 0.25}})} for i, one in enumerate(errors(rng, 5, 80, 240, 0.08, 0.03))]}


def main():
    done = []
    for name, file in cases():
        print(name, file=sys.stderr)
        expected = judge(file)
        done.append({'name': name, 'file': {k: v for k, v in file.items() if k != 'every'}, 'expected': expected})
    json.dump({'madeBy': 'judge.py, Python %s, mpmath %s' % (sys.version.split()[0], mp.__version__), 'cases': done}, sys.stdout, separators=(',', ':'))
    print()


if __name__ == '__main__':
    main()
