using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Input;
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

    /// <summary>Trigrams alone cannot find a word of two characters, and two syllables are a whole word in Korean.</summary>
    [Fact]
    public async Task A_Korean_word_of_two_syllables_is_looked_up_in_the_index_whatever_plan_the_database_makes()
    {
        await using var bed = await ModuleBed.Start(postgres, [new ViewsModule()]);
        var storage = bed.StorageOf(Modules.Views);
        await InsertMany(storage, 30_000, isChair: "n % 1000 = 0");
        await using var owner = NpgsqlDataSource.Create(bed.Admin);
        await using var connection = await owner.OpenConnectionAsync(Ct);
        await Run(connection, "set search_path to views, public; analyze listings");
        var query = new SearchListings.Conditions(SearchListings.Wanted.Read("의자", null, null, null, null, null, null, null, null));
        var scope = await query.Scope(storage, Ct);
        Assert.Equal(SearchListings.Scope.ByIndex, scope);
        Sql[] statements = [query.CountIndexed(), query.SelectFacets(scope, 100), query.SelectFound(scope, SearchListings.Order.Newest, new Paging(null, null))];

        foreach (var statement in statements)
        {
            // Planned for these very values, as at first; and for any, as a prepared statement may be later.
            foreach (var mode in new[] { "force_custom_plan", "force_generic_plan" })
            {
                var plan = await Explain(connection, mode, statement);

                Assert.True(plan.Contains("Bitmap Index Scan on listings_grams", StringComparison.Ordinal) && !plan.Contains("Seq Scan on listings", StringComparison.Ordinal), $"{mode}\n{plan}");
            }
        }

        Assert.Equal("30", (await bed.Get($"/api/listings/facets?q={Uri.EscapeDataString("의자")}"))["count"]);
    }

    private static async Task<string> Explain(NpgsqlConnection connection, string mode, Sql statement)
    {
        var values = string.Join(", ", statement.Values.Select(value => value switch
        {
            string[] texts => $"array[{string.Join(", ", texts.Select(text => $"'{text}'"))}]",
            string text => $"'{text}'",
            _ => $"{value}",
        }));
        await Run(connection, $"set plan_cache_mode = {mode}; deallocate all; prepare asked as {statement.Text}");
        await using var explain = new NpgsqlCommand($"explain execute asked({values})", connection);
        await using var reader = await explain.ExecuteReaderAsync(Ct);
        var plan = new List<string>();
        while (await reader.ReadAsync(Ct))
        {
            plan.Add(reader.GetString(0));
        }

        return string.Join('\n', plan);
    }

    private static async Task Run(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Ct);
    }

    /// <summary>Tables of wood, and some chairs among them, with their words as the program fills them in.</summary>
    private static Task InsertMany(Storage storage, int times, string isChair) => storage.Do(Cause.New(), work =>
    {
        work.Write(
            $"""
            insert into listings (
                id, revision, kind, owner, owner_name, title, description, price, currency, status, quantity, available, lent, sold, written_off, pictures, since, at,
                words, grams)
            select (lpad(to_hex(n), 12, '0') || '70008000000000000000')::uuid, 1, 'second-hand', gen_random_uuid(), 'Minji', t.title, '', 1000, 'KRW', 'registered',
                1, 1, 0, 0, 0, '', now(), now(), t.title, case when {isChair} then $2::text[] else $1::text[] end
            from generate_series(1, $3) n, lateral (select case when {isChair} then '나무 의자' else '나무 책상' end as title) t
            """,
            SearchText.Grams("나무 책상").Split(' '), SearchText.Grams("나무 의자").Split(' '), times);
        return Task.CompletedTask;
    }, Ct);

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
