using Jangteo.Contracts;
using Jangteo.Platform.Http;

namespace Jangteo.Payments.Operating;

/// <summary>Where operators may send money: to where it came from, or to an account that the person it belongs to gave. Never to one of their own choosing.</summary>
internal static class Accounts
{
    /// <summary>Refuses <c>account-not-given</c> an account that is none of those allowed. None at all is allowed: the money goes where it was meant to go.</summary>
    public static void Refuse(string? account, params IEnumerable<string?> allowed)
    {
        if (account is not null && !allowed.Contains(account))
        {
            throw new RefusedException(new Refusal(Refusals.AccountNotGiven));
        }
    }

    /// <summary>Refuses <c>not-yours</c> an operator who is a party of the trade.</summary>
    public static void RefuseParty(Payment? payment, Caller caller)
    {
        if (payment?.Buyer == caller.Id || payment?.Seller == caller.Id)
        {
            throw new RefusedException(new Refusal(Refusals.NotYours, Detail.OwnTrade));
        }
    }
}
