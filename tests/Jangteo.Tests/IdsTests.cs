using Jangteo.Platform;

namespace Jangteo.Tests;

public sealed class IdsTests
{
    [Fact]
    public void Ids_sort_in_the_order_in_which_they_were_made_also_within_a_millisecond()
    {
        var ids = Enumerable.Range(0, 20_000).Select(_ => Ids.New()).ToList();

        Assert.Equal(ids.Select(Text).Order(StringComparer.Ordinal), ids.Select(Text));
    }

    [Fact]
    public void Of_ids_made_at_once_no_two_are_the_same_and_each_thread_sees_its_own_in_order()
    {
        var made = Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(8)
            .Select(_ => Enumerable.Range(0, 5_000).Select(_ => Ids.New()).ToList()).ToList();

        Assert.Equal(40_000, made.SelectMany(ids => ids).Distinct().Count());
        Assert.All(made, ids => Assert.Equal(ids.Select(Text).Order(StringComparer.Ordinal), ids.Select(Text)));
    }

    [Fact]
    public void An_id_is_a_UUID_of_version_7_that_says_when_it_was_made()
    {
        var before = DateTimeOffset.UtcNow;

        var id = Ids.New();

        Assert.Equal((7, 8), (id.Version, id.Variant & 0xC));
        Assert.InRange(Ids.TimeOf(id), before.AddMilliseconds(-1), DateTimeOffset.UtcNow.AddSeconds(1));
    }

    private static string Text(Guid id) => id.ToString();
}
