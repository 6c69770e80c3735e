using Jangteo.Platform;

namespace Jangteo.Tests;

/// <summary>The number by which people speak of a trade.</summary>
public sealed class Order_numbers
{
    private static readonly TimeZoneInfo Seoul = TimeZoneInfo.CreateCustomTimeZone("Seoul", TimeSpan.FromHours(9), null, null);

    [Fact]
    public void A_number_leads_back_to_its_id_alone()
    {
        var ids = Enumerable.Range(0, 2_000).Select(_ => Ids.New()).ToList();

        Assert.Equal(ids.Count, ids.Select(id => OrderNumber.Of(id, Seoul)).Distinct().Count());
        Assert.All(ids, id => Assert.Equal([id], ids.Where(other => IsOf(other, OrderNumber.Read(OrderNumber.Of(id, Seoul), Seoul)!))));
    }

    [Fact]
    public void It_is_of_the_day_of_the_market_and_can_be_said()
    {
        // 30 November 2026, 23:30 in London, when it is 1 December in Seoul.
        var id = Made(new DateTimeOffset(2026, 11, 30, 23, 30, 0, TimeSpan.Zero), "8000000ffeb8b4c1");

        Assert.Equal("261201-1ZZB-HD61", OrderNumber.Of(id, Seoul));
        Assert.StartsWith("261130-", OrderNumber.Of(id, TimeZoneInfo.Utc), StringComparison.Ordinal);
        Assert.DoesNotContain(OrderNumber.Of(id, Seoul), letter => letter is 'I' or 'L' or 'O' or 'U');
    }

    [Theory]
    [InlineData("261201 1zzb hd61")]
    [InlineData("261201IZZBHD6l")]
    [InlineData("26I2OL-LZZB-HD6i")]
    public void It_is_read_as_people_write_it(string written)
    {
        var id = Made(new DateTimeOffset(2026, 11, 30, 23, 30, 0, TimeSpan.Zero), "8000000ffeb8b4c1");

        Assert.True(IsOf(id, OrderNumber.Read(written, Seoul)!));
    }

    [Theory]
    [InlineData("")]
    [InlineData("261201-1ZZB-HD6")]
    [InlineData("261301-1ZZB-HD61")]
    [InlineData("261201-1ZZB-HDU1")]
    [InlineData("A desk and a lamp")]
    public void What_is_no_number_is_read_as_none(string written) => Assert.Null(OrderNumber.Read(written, Seoul));

    private static bool IsOf(Guid id, OrderedIds ids) =>
        id >= ids.First && id < ids.Before && id.ToString().EndsWith(ids.End, StringComparison.Ordinal);

    private static Guid Made(DateTimeOffset at, string end) => Guid.ParseExact($"{at.ToUnixTimeMilliseconds():x12}7000{end}", "N");
}
