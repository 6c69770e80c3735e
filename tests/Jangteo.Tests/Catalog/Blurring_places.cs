using Jangteo.Catalog;
using Jangteo.Contracts;

namespace Jangteo.Tests.Catalog;

/// <summary>The point that everyone may know.</summary>
public sealed class Blurring_places
{
    [Fact]
    public void It_is_some_hundred_metres_from_the_exact_one_and_never_far()
    {
        var random = new Random(8);
        var distances = Enumerable.Range(0, 10_000)
            .Select(_ => new Place("Here", (random.NextDouble() * 170) - 85, (random.NextDouble() * 360) - 180))
            .Select(exact => Metres(exact, PublicPlaces.Of(exact))).ToList();

        Assert.InRange(distances.Max(), 250, 360);
        Assert.InRange(distances.Average(), 150, 250);
    }

    [Fact]
    public void Neither_many_listings_of_one_home_nor_many_edits_tell_more_than_one()
    {
        var home = new Place("Home", 37.55512, 126.97221);
        var shown = Enumerable.Range(0, 100).Select(_ => PublicPlaces.Of(home)).Distinct().ToList();

        Assert.Single(shown);
        Assert.Equal(shown[0], PublicPlaces.Of(home with { Lat = home.Lat + 0.00001, Lng = home.Lng - 0.00001 }));
        Assert.Equal(shown[0], PublicPlaces.Of(shown[0]));
    }

    [Theory]
    [InlineData(90, 180)]
    [InlineData(-90, -180)]
    [InlineData(89.9999, 0)]
    [InlineData(0, 180)]
    [InlineData(0, -180)]
    public void It_is_a_place_at_the_ends_of_the_world_too(double lat, double lng)
    {
        var shown = PublicPlaces.Of(new Place("Far", lat, lng));

        Assert.InRange(shown.Lat, -90, 90);
        Assert.InRange(shown.Lng, -180, 180);
        Assert.InRange(Metres(new Place("Far", lat, lng), shown), 0, 360);
    }

    private static double Metres(Place one, Place other)
    {
        var (lat, lng) = (Radians(other.Lat - one.Lat), Radians(other.Lng - one.Lng));
        var chord =
            Math.Pow(Math.Sin(lat / 2), 2) + (Math.Cos(Radians(one.Lat)) * Math.Cos(Radians(other.Lat)) * Math.Pow(Math.Sin(lng / 2), 2));
        return 12_742_017.6 * Math.Asin(Math.Min(1, Math.Sqrt(chord)));

        static double Radians(double degrees) => degrees * Math.PI / 180;
    }
}
