"""Golden values of single formulas, by direct summation, integration or enumeration in 30 digits.

Run with Python 3.11.7, mpmath 1.3.0 (or later):   python3 formulas.py > formulas.json
"""
import itertools
import json
import math
import sys

import mpmath as mp

mp.mp.dps = 30
LN = mp.log


def odds(nc, nb, x, y, log_psi):
    K, N, psi = x + y, nc + nb, mp.exp(mp.mpf(log_psi))
    low, high = max(0, K - nb), min(K, nc)
    total = sum(mp.mpf(math.comb(K, i) * math.comb(N - K, nc - i)) * psi ** i for i in range(low, high + 1)) / mp.mpf(math.comb(N, nc))
    return x * mp.mpf(log_psi) - LN(total)


def share_above(a, b, p):
    """The mass that Beta(a, b) has above p, by integration."""
    return mp.quad(lambda t: t ** (a - 1) * (1 - t) ** (b - 1), [p, (1 + p) / 2, 1]) / mp.beta(a, b)


def mixture(k, n, p, a, b, low, high):
    """E over theta ~ Beta(a, b) cut to (low, high) of the likelihood ratio against p."""
    top = mp.quad(lambda t: t ** (a + k - 1) * (1 - t) ** (b + n - k - 1), mp.linspace(low, high, 129))
    bottom = mp.quad(lambda t: t ** (a - 1) * (1 - t) ** (b - 1), mp.linspace(low, high, 129))
    return LN(top / bottom) - k * LN(p) - (n - k) * LN(1 - p)


def dkw(n, a):
    return mp.mpf('0.85') * mp.sqrt((LN(LN(mp.e * n)) + mp.mpf('0.8') * LN(1612 / mp.mpf(a))) / n)


def doubt(gap, nc, nb):
    h = lambda u: dkw(nc, mp.exp(-u) / 2) + dkw(nb, mp.exp(-u) / 2) - gap
    return 0 if h(mp.mpf(0)) > 0 else mp.findroot(h, (mp.mpf(0), mp.mpf(4 * min(nc, nb))), solver='anderson', tol=1e-30)


def two_sided(margin, weighted, precision, tau):
    """The two-sided normal mixture against a difference of exactly margin, by integration over the effect."""
    s = mp.mpf(weighted) - margin * precision
    return LN(mp.quad(lambda d: mp.exp(d * s - d * d * precision / 2) * mp.npdf(d, 0, tau), mp.linspace(-8 * tau, 8 * tau, 65)))


def mean_interval(weighted, precision, tau, alpha):
    middle = mp.mpf(weighted) / precision
    h = lambda m: two_sided(m, weighted, precision, mp.mpf(tau)) + LN(mp.mpf(alpha))
    ends = []
    for sign in (-1, 1):
        a, b = middle, middle + sign * 10 * (mp.mpf(tau) + 1 / mp.sqrt(precision))
        for _ in range(60):
            a, b = (a, (a + b) / 2) if h((a + b) / 2) > 0 else ((a + b) / 2, b)
        ends.append(float(a))
    return ends


def closed(logs):
    e = [mp.exp(mp.mpf(v)) for v in logs]
    sets = [s for r in range(1, len(e) + 1) for s in itertools.combinations(range(len(e)), r)]
    return [float(LN(min(sum(e[i] for i in s) / len(s) for s in sets if j in s))) for j in range(len(e))]


def rows(f, *arguments):
    return [{'arguments': list(one), 'value': v if isinstance(v := f(*one), list) else float(v)} for one in arguments]


out = {
    'madeBy': 'formulas.py, Python %s, mpmath %s' % (sys.version.split()[0], mp.__version__),
    'odds': rows(odds, (400, 1600, 6, 17, 0.7), (400, 1600, 57, 3, 13.5), (400, 1600, 57, 3, -13.5), (5000, 45000, 30, 220, 0.09), (300, 700, 250, 650, -1.5), (2500, 7500, 1300, 3900, 0.4), (10, 990, 10, 40, 6.0), (1, 1, 1, 0, -3.0)),
    'logGamma': rows(lambda x: mp.loggamma(x), (0.5,), (3.25,), (11.999,), (12,), (1e6,)),
    'logBeta': rows(lambda a, b: LN(mp.beta(a, b)), (0.5, 499.5), (3, 4), (0.5, 1e7), (5000.5, 2e6)),
    'logIncompleteBeta': rows(lambda x, a, b: LN(mp.betainc(a, b, 0, x, regularized=True)), (0.001, 0.5, 499.5), (0.001, 40.5, 7000), (0.2, 30, 60), (0.4, 30, 60), (0.001, 0.5, 100000)),
    'logNormalCdf': rows(lambda z: LN(mp.ncdf(z)), (-30,), (-3.01,), (-2.99,), (0,), (2.9,), (5,)),
    'normalQuantile': rows(lambda p: mp.sqrt(2) * mp.erfinv(2 * mp.mpf(p) - 1), (0.01,), (0.025,), (0.7,)),
    'aboveFloor': rows(lambda k, n: mixture(k, n, mp.mpf('0.001'), mp.mpf('0.5'), mp.mpf('499.5'), mp.mpf('0.001'), mp.mpf(1)), (0, 500), (4, 800)),
    'belowFloor': rows(lambda k, n: LN(mp.beta(mp.mpf('0.5') + k, mp.mpf('499.5') + n - k) / mp.beta(mp.mpf('0.5'), mp.mpf('499.5'))) - k * LN(mp.mpf('0.001')) - (n - k) * LN(mp.mpf('0.999'))
                       + LN(mp.betainc(mp.mpf('0.5') + k, mp.mpf('499.5') + n - k, 0, mp.mpf('0.001'), regularized=True)) - LN(mp.betainc(mp.mpf('0.5'), mp.mpf('499.5'), 0, mp.mpf('0.001'), regularized=True)),
                       (0, 4000), (0, 7000), (3, 4000), (60, 9000)),
    'otherSplit': rows(lambda k, n: mixture(k, n, mp.mpf('0.1'), mp.mpf(10), mp.mpf(90), mp.mpf(0), mp.mpf(1)), (0, 0), (130, 1000), (95, 1000)),
    'largerSplit': rows(lambda k, n: mixture(k, n, mp.mpf('0.1'), mp.mpf(10), mp.mpf(90), mp.mpf('0.1'), mp.mpf(1)), (130, 1000), (95, 1000)),
    'distributionBound': rows(lambda n, a: dkw(n, a), (1, 0.05), (1000, 0.05), (50000, 0.001)),
    'doubt': rows(doubt, (0.05, 900, 8000), (0.3, 900, 8000), (0.3, 5000, 45000)),
    'calibrated': rows(lambda d: LN(mp.quad(lambda k: k * mp.exp(-mp.mpf(d)) ** (k - 1), [0, 1])), (0.00001,), (0.5,), (6,), (80,)),
    'meanInterval': rows(mean_interval, (30, 120, 0.2, 0.05), (-400, 2000, 0.2, 0.01)),
    'closed': rows(lambda *logs: closed(logs), (5, 1), (0.1, -2, 4, 3.5), (3, 3, 3), (-1, 9, -4, 0, 2)),
}
json.dump(out, sys.stdout, separators=(',', ':'))
print()
