using System.Security.Cryptography;
using System.Text;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Input;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Payments.Sandbox;

/// <summary>POST /api/sandbox/deposits: somebody pays money into the platform's account at the sandbox's bank.</summary>
internal sealed class PayIn([FromKeyedServices(Modules.Payments)] Storage storage, [FromKeyedServices(Modules.Payments)] Commands commands, SandboxBank bank)
{
    private const long Most = 1_000_000_000_000;

    /// <summary>How long the answer waits for the bank's statement to have been read, so that who paid may go on at once.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/sandbox/deposits", (MoneyIn body, HttpContext http, PayIn use, CancellationToken ct) => use.Handle(body, http, ct))
            .WithName("payIn").WithSummary("A deposit arrives at the bank of the sandbox.").WithTags("sandbox").Produces<MoneyArrived>();

    private async Task<Answer> Handle(MoneyIn body, HttpContext http, CancellationToken ct)
    {
        Guid id = default;
        var answer = await commands.Run(http, body, async (_, _, claim) =>
        {
            var reference = Asked.Text(body.Reference, "reference", TextRules.Reference)
                ?? throw Asked.Bad("reference", Wrong.OneLine(TextRules.Reference.Longest));
            if (body.Amount is < 1 or > Most)
            {
                throw Asked.Bad("amount", Wrong.Price(1, Most));
            }

            var from = Asked.Text(body.From, "from", TextRules.Account) ?? SandboxBank.Payer;
            id = claim is null ? Ids.New() : IdOf(claim);
            await bank.PayIn(id, reference, body.Amount, ct, from);
            return new Decided.Now(Answer.Ok(new MoneyArrived(id, reference, body.Amount)));
        }, ct);
        if (id != default)
        {
            await WaitUntilSeen(id, ct);
        }

        return answer;
    }

    private async Task WaitUntilSeen(Guid id, CancellationToken ct)
    {
        for (var left = Patience; left > TimeSpan.Zero; left -= TimeSpan.FromMilliseconds(10))
        {
            if (await storage.Find(new Sql("select true from deposits where id = $1", id), reader => reader.GetBoolean(0), ct))
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), ct);
        }
    }

    // The same command is the same deposit, also when its first try died between the bank's commit and ours.
    private static Guid IdOf(Claim claim)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{claim.Person} {claim.Route} {claim.Key}"));
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }
}

/// <param name="Reference">As it stands in the payment of the trade.</param>
/// <param name="Amount">In minor units.</param>
/// <param name="From">
/// The payer's account; blank for a bank that does not say it. One that begins with <c>closed</c> takes nothing back.
/// </param>
internal sealed record MoneyIn(string Reference, long Amount, string? From = null);

internal sealed record MoneyArrived(Guid Id, string Reference, long Amount);
