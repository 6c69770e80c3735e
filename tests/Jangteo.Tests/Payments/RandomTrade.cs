using Jangteo.Kinds;
using Jangteo.Payments;
using Jangteo.Payments.Deciding;
using Jangteo.Payments.Providers;

namespace Jangteo.Tests.Payments;

/// <summary>One trade that is asked anything at any time, doubled, late and out of order. Reproduced by its seed.</summary>
internal sealed class RandomTrade(int seed)
{
    private readonly Random random = new(seed);
    private readonly Ledgered payment = new(Guid.CreateVersion7());
    private readonly List<Deposit> deposits = [];

    public void Play()
    {
        for (var step = 0; step < 40; step++)
        {
            Step();
            Assert.True(payment[Account.Escrow] == (payment.Payment is { Standing: Standing.Held } held ? held.Amount : 0), $"seed {seed}, step {step}: escrow holds {payment[Account.Escrow]}");
        }
    }

    private void Step()
    {
        var revision = random.Next(1, 12);
        switch (random.Next(10))
        {
            case 0:
                payment.Hold(revision, (Says)random.Next(3));
                break;
            case 1:
                payment.Void(Asks.Of(payment.Payment?.Trade ?? Guid.Empty, revision, Any()));
                break;
            case 2 when payment.Payment?.Reference is not null || random.Next(5) == 0:
                deposits.Add(payment.Deposit(random.Next(3) == 0 ? random.Next(1, 5000) : 3000));
                break;
            case 3 when deposits.Count > 0 && payment.Payment is { } here:
                var index = random.Next(deposits.Count);
                if (Decide.Match(here, deposits[index]) is { } matched)
                {
                    payment.Take(matched);
                    deposits[index] = matched.Deposit;
                }

                break;
            case 4 or 5 when payment.Errands.Where(errand => errand.Verb != Deposit.SendBack).ToList() is { Count: > 0 } errands:
                // A refused pay-out is sent again by an operator only, which is not played here.
                var errand = errands[random.Next(errands.Count)];
                payment.Do(errand, errand.What == What.PayOut ? Says.Done : (Says)random.Next(5));
                break;
            default:
                try
                {
                    payment.Hear(revision, Any());
                }
                catch (NeedUnmetException)
                {
                    // Parked: it has changed nothing.
                }

                break;
        }
    }

    private Verb Any() => random.Next(6) switch
    {
        0 => Verb.HoldPayment,
        1 => Verb.ExpectDeposit,
        2 => Verb.ConfirmDeposit,
        3 => Verb.ReleaseDeposit,
        4 => Verb.PayOut,
        _ => Verb.Refund,
    };
}
