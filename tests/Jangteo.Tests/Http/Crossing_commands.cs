using System.Security.Claims;
using Jangteo.Catalog;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Tests.Beds;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Claim = System.Security.Claims.Claim;

namespace Jangteo.Tests.Http;

public sealed class Crossing_commands(TestPostgres postgres)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task When_a_refusal_and_a_success_cross_under_one_key_both_hear_the_same()
    {
        await using var bed = await ModuleBed.Start(postgres, [new CatalogModule()]);
        var commands = bed.Services.GetRequiredKeyedService<Jangteo.Platform.Http.Commands>(Modules.Catalog);

        for (var round = 0; round < 10; round++)
        {
            var (first, second, later) = await Cross(commands, $"key {round}");

            Assert.Equal((first.Status, first.Json), (second.Status, second.Json));
            Assert.Equal(first.Json, later.Json);
        }
    }

    [Fact]
    public async Task When_the_patience_of_the_refused_is_over_he_is_told_to_ask_again_and_not_what_came_to_nothing()
    {
        await using var bed = await ModuleBed.Start(postgres, [new CatalogModule()]);
        var commands = new Jangteo.Platform.Http.Commands(bed.StorageOf(Modules.Catalog), bed.Services.GetRequiredService<Problems>(), new Hurrying(), bed.Faults);

        for (var round = 0; round < 10; round++)
        {
            var (first, second, later) = await Cross(commands, $"key {round}");

            Assert.All(new[] { first, second }, answer => Assert.True(answer.Json == later.Json || answer.Json!.Contains(Refusals.InProgress, StringComparison.Ordinal), answer.Json));
        }
    }

    /// <summary>Sends the same command twice at once: whichever comes first is refused, the other could succeed. Answers what both heard, and who asked once more.</summary>
    private static async Task<(Answer First, Answer Second, Answer Later)> Cross(Jangteo.Platform.Http.Commands commands, string key)
    {
        var asked = 0;
        var secondHasCome = new TaskCompletionSource();
        Task<Answer> Ask() => commands.Run(Request(key), new { }, async (_, _, _) =>
        {
            if (Interlocked.Increment(ref asked) > 1)
            {
                return new Decided.Now(Answer.Ok(new { it = "works now" }));
            }

            await secondHasCome.Task;
            throw new RefusedException(new Refusal(Refusals.SoldOut));
        }, Ct);

        var first = Ask();
        var second = Ask();
        secondHasCome.SetResult();
        return (await first, await second, await Ask());
    }

    private static DefaultHttpContext Request(string key)
    {
        var http = new DefaultHttpContext
        {
            User = new ClaimsPrincipal(
                new ClaimsIdentity(
                    [new Claim(ClaimTypes.NameIdentifier, Guid.Empty.ToString()), new Claim(ClaimTypes.Name, "minji")], "test")),
            Request = { Method = "POST", Path = "/api/listings", Headers = { ["Idempotency-Key"] = key } },
        };
        http.SetEndpoint(new RouteEndpoint(_ => Task.CompletedTask, RoutePatternFactory.Parse("/api/listings"), 0, null, null));
        return http;
    }

    /// <summary>Ten seconds pass whenever somebody looks.</summary>
    private sealed class Hurrying : TimeProvider
    {
        private long seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Interlocked.Add(ref seconds, 10);
    }
}
