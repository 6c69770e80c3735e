using System.Security.Claims;
using Jangteo.Catalog;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Tests.Beds;
using Microsoft.AspNetCore.Http;
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
            var asked = 0;
            var secondHasCome = new TaskCompletionSource();
            Task<Answer> Ask(string key) => commands.Run(Request(key), new { }, async (_, _, _) =>
            {
                if (Interlocked.Increment(ref asked) > 1)
                {
                    return new Decided.Now(Answer.Ok(new { it = "works now" }));
                }

                await secondHasCome.Task;
                throw new RefusedException(new Refusal(Refusals.SoldOut));
            }, Ct);

            var first = Ask($"key {round}");
            var second = Ask($"key {round}");
            secondHasCome.SetResult();

            var answers = await Task.WhenAll(first, second);
            Assert.Equal((answers[0].Status, answers[0].Json), (answers[1].Status, answers[1].Json));
            Assert.Equal(answers[0].Json, (await Ask($"key {round}")).Json);
        }
    }

    private static DefaultHttpContext Request(string key) => new()
    {
        User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, Guid.Empty.ToString()), new Claim(ClaimTypes.Name, "minji")], "test")),
        Request = { Method = "POST", Path = "/api/listings", Headers = { ["Idempotency-Key"] = key } },
    };
}
