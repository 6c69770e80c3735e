using Jangteo.Kinds;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;
using Jangteo.Views;
using Npgsql;

namespace Jangteo.Tests.Views;

/// <summary>A search takes a bounded amount of work, whatever it asks for.</summary>
public sealed class Bounding_a_search(TestPostgres postgres)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task More_words_than_a_search_looks_for_are_refused_and_words_within_others_do_not_count()
    {
        await using var bed = await ModuleBed.Start(postgres, [new ViewsModule()]);

        foreach (var path in new[] { "/api/listings", "/api/listings/facets" })
        {
            var tooMany = await bed.Get($"{path}?q={string.Join('+', "abcdefghi".Select(letter => letter))}");
            var manyInOne = await bed.Get($"{path}?q=abcdefghi+{string.Join('+', "abcdefghi".Select(letter => letter))}+ABCDEFGHI");

            Assert.Equal((422, "invalid", "q"), (tooMany.Status, tooMany.Problem, Assert.Single(tooMany.Fields)));
            Assert.Equal(200, manyInOne.Status);
        }
    }

    [Fact]
    public async Task Words_that_the_index_cannot_find_are_looked_for_among_the_newest_listings()
    {
        await using var bed = await ModuleBed.Start(postgres, [new ViewsModule()]);
        await Offer(bed, "q pear", 1);
        await Offer(bed, "common thing", SearchListings.MostLookedAt);
        await Offer(bed, "x 배 pear", 1);

        // By the index: both, however old.
        Assert.Equal((2, "2", "false"), await Look("pear"));
        Assert.Equal((1, "1", "false"), await Look("pear q"));
        Assert.Equal((1, "1", "false"), await Look("배"));

        // No index has a single Latin letter, nor is there a use in one for a word that most listings have.
        Assert.Equal((1, "1", "true"), await Look("x"));
        Assert.Equal((0, "0", "true"), await Look("q"));
        Assert.Equal((20, $"{SearchListings.MostLookedAt}", "true"), await Look("common"));

        async Task<(int Found, string Count, string IsPartial)> Look(string words)
        {
            var found = await bed.Get($"/api/listings?q={Uri.EscapeDataString(words)}&limit=20");
            var facets = await bed.Get($"/api/listings/facets?q={Uri.EscapeDataString(words)}");
            return (found.Body!["items"]!.AsArray().Count, facets["count"], facets["partial"]);
        }
    }

    [Fact]
    public async Task A_search_that_takes_too_long_is_given_up_by_the_database()
    {
        await using var bed = await ModuleBed.Start(postgres, [new ViewsModule()]);
        var storage = bed.StorageOf(Modules.Views);

        var late = await Assert.ThrowsAsync<PostgresException>(() => storage.QueryWithin(TimeSpan.FromMilliseconds(50), new Sql("select pg_sleep(30)::text"), row => row.GetString(0), Ct));
        var after = await storage.Query(new Sql("select current_setting('statement_timeout')"), row => row.GetString(0), Ct);

        Assert.Equal(PostgresErrorCodes.QueryCanceled, late.SqlState);
        Assert.NotEqual("50ms", Assert.Single(after));
    }

    private static async Task Offer(ModuleBed bed, string title, int times)
    {
        await Insert(bed.StorageOf(Modules.Views), title, times);
        await SearchedWords.Fill(bed.StorageOf(Modules.Views), Ct);
    }

    private static Task Insert(Storage storage, string title, int times) => storage.Do(Cause.New(), work =>
    {
        work.Write(
            """
            insert into listings (
                id, revision, kind, owner, owner_name, title, description, price, currency, status, quantity, available, lent, sold, written_off, pictures, since, at)
            select (lpad(to_hex((select count(*) from listings) + n), 12, '0') || '70008000000000000000')::uuid,
                1, 'second-hand', gen_random_uuid(), 'Minji', $1, '', 1000, 'KRW', 'registered', 1, 1, 0, 0, 0, '', now(), now()
            from generate_series(1, $2) n
            """,
            title, times);
        return Task.CompletedTask;
    }, Ct);
}
