using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Jangteo.Platform.Postgres;

namespace Jangteo.SystemTests;

/// <summary>The database dies under the program.</summary>
public sealed class DatabaseAwayTests
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_asks_meanwhile_is_told_to_come_back_and_is_answered_then()
    {
        await using var program = await JangteoProgram.Start(JangteoProgram.UsualDatabaseTimeouts);
        var minji = await program.As("minji");
        Func<HttpClient, Task<HttpResponseMessage>>[] asks =
        [
            person => person.GetAsync("/api/people/me", ct),
            person => person.GetAsync("/api/listings", ct),
            person => person.GetAsync("/api/my/trades?as=buyer", ct),
            person => person.GetAsync("/api/notices", ct),
            person =>
                person.PostAsJsonAsync(
                    "/api/listings", new { kind = "second-hand", title = "A thing", description = "As good as new.", price = 1_000 }, ct),
            person => person.PostAsJsonAsync("/api/notices/read", new { }, ct),
        ];
        var cluster = PostgresPlace.For(program.Folder).Cluster;
        var server = int.Parse(
            (await File.ReadAllLinesAsync(Path.Combine(cluster, "postmaster.pid"), ct))[0], CultureInfo.InvariantCulture);
        // It is started again at once; without this file it cannot be.
        var needed = Path.Combine(cluster, "pg_hba.conf");
        File.Move(needed, needed + ".away");

        Process.GetProcessById(server).Kill();

        foreach (var ask in asks)
        {
            await Shop.Eventually(() => Ask(ask), said => said.Status == HttpStatusCode.ServiceUnavailable);
        }

        File.Move(needed + ".away", needed);
        foreach (var ask in asks)
        {
            await Shop.Eventually(() => Ask(ask), said => said.Status != HttpStatusCode.ServiceUnavailable);
        }

        async Task<(HttpStatusCode Status, bool SaysWhen)> Ask(Func<HttpClient, Task<HttpResponseMessage>> ask)
        {
            using var answer = await ask(minji);
            var said = (answer.StatusCode, SaysWhen: answer.Headers.RetryAfter is not null);
            Assert.True(answer.IsSuccessStatusCode || said is (HttpStatusCode.ServiceUnavailable, true), $"{said}");
            return said;
        }
    }
}
