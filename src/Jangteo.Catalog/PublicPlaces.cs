using Jangteo.Contracts;

namespace Jangteo.Catalog;

/// <summary>
/// Where a thing is, as everyone may know it: the middle of the square of a fixed grid in which the exact point lies. The grid is the same
/// for every listing and at any time, so neither repeated edits, nor many listings of one home, nor many searches tell more than the
/// square. An offset drawn for each listing would average out over the listings of one home, and one derived from the listing's public id
/// could be taken back by anyone who has this program.
/// </summary>
internal static class PublicPlaces
{
    /// <summary>The side of a square: the point shown is at most 350 m from the exact one.</summary>
    private const double MetresOfSide = 500;

    private const double MetresPerDegree = 111_195;

    public static Place Of(Place exact)
    {
        var lat = Middle(exact.Lat, MetresOfSide / MetresPerDegree, 90);
        // A degree of longitude is shorter the farther from the equator, and nothing at the poles, where a square is the whole circle.
        var shrink = Math.Cos(lat * Math.PI / 180);
        return exact with { Lat = lat, Lng = Middle(exact.Lng, Math.Min(MetresOfSide / (MetresPerDegree * Math.Max(shrink, 1e-6)), 360), 180) };
    }

    /// <summary>The middle of the step of a grid in which a value lies, rounded to the seventh digit, a centimetre.</summary>
    private static double Middle(double value, double step, double limit) =>
        Math.Round(Math.Clamp((Math.Floor(value / step) + 0.5) * step, -limit, limit), 7);
}
