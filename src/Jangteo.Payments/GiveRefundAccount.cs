using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments.Deciding;
using Jangteo.Platform.Http;
using Jangteo.Platform.Input;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Payments;

/// <summary>
/// PUT /api/payments/{trade}/refund-account: the buyer says where their bank transfers go back to. What the bank refused to send to the
/// earlier account is sent to the new one at once. Only the buyer can give an account: operators send the buyer's money only to accounts
/// that the buyer gave.
/// </summary>
internal static class GiveRefundAccount
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPut("/api/payments/{trade:guid}/refund-account", Handle).WithName("giveRefundAccount").WithTags("payments")
            .WithSummary("The buyer says where their bank transfers go back to.").Produces<RefundAccount>();

    private static Task<Answer> Handle(
        Guid trade, RefundAccountGiven body, HttpContext http, [FromKeyedServices(Modules.Payments)] Storage storage,
        [FromKeyedServices(Modules.Payments)] Commands commands,
        RunErrands errands, CancellationToken ct) =>
        commands.Run(http, body, async (work, caller, _) =>
        {
            var account = Asked.Text(body.Account, "account", TextRules.Account)
                ?? throw Asked.Bad("account", Wrong.OneLine(TextRules.Account.Longest));
            var booking = await Booking.Open(work, [trade], storage.Clock.Now, ct);
            var payment = booking.Of(trade);
            if (payment is null || (caller.Id != payment.Buyer && caller.Id != payment.Seller && !caller.IsOperator))
            {
                throw new RefusedException(new Refusal(Refusals.NotFound));
            }

            if (caller.Id != payment.Buyer)
            {
                throw new RefusedException(new Refusal(Refusals.NotYours));
            }

            if (payment.Reference is null)
            {
                throw new RefusedException(new Refusal(Refusals.NotNow, Detail.NoTransferHere));
            }

            var known = payment with { RefundAccount = account };
            booking.Take(Decision.Of(known), work.Cause);
            foreach (var waiting in await Deposits.LockWaiting(work, trade, ct))
            {
                // It was not due, and the bank did not say where it came from.
                if (Decide.SendBack(known, waiting, null) is { } back)
                {
                    booking.Take(back, work.Cause);
                }
            }

            booking.Write();

            // What was refused goes to the new account at once. A call that may have had its effect is made again to the same account, and
            // the new one is used if the bank refuses it. The problem is "silent" from the commit that claims an errand for a call
            // (RunErrands), so "refused" says that none is under way.
            work.Write(
                """
                update errands
                set account = case when problem in ('refused', 'voided') then $2 else account end,
                    next_account = case when problem in ('refused', 'voided') then null else $2 end,
                    next_at = case when problem in ('refused', 'voided') then now() else next_at end,
                    tries = case when problem in ('refused', 'voided') then 0 else tries end,
                    attention = attention and coalesce(problem not in ('refused', 'voided'), true)
                where what = $3 and (subject = $1 or subject in (select id from deposits where trade = $1))
                """,
                trade, account, Words.Of(What.SendBack));
            work.AfterCommit(errands.Bell.Ring);
            return new Decided.Now(Answer.Ok(new RefundAccount(trade, account)));
        }, ct);
}

/// <param name="Account">1 to 100 characters.</param>
internal sealed record RefundAccountGiven(string Account);

internal sealed record RefundAccount(Guid Trade, string Account);
