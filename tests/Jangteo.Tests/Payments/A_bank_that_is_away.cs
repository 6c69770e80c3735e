using Jangteo.Kinds;
using Jangteo.Payments.Providers;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;

namespace Jangteo.Tests.Payments;

/// <summary>A bank that does not answer must not end the checks of the module's own data, nor hide that nothing is compared.</summary>
public sealed class A_bank_that_is_away(Till till) : IClassFixture<Till>
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_modules_own_data_is_checked_and_the_rest_is_compared_when_the_bank_is_back()
    {
        var trade = await Paid();
        Assert.True((await till.Books()).Ok);
        await till.AsOwner($"update payments.balances set amount = amount + 1 where account = 'escrow:{trade}'");
        await Change(trade);
        till.IsBookAway = true;
        try
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => till.Watch().Look(all: false, "en", ct));

            Assert.Contains("I1-balances", await Found(trade));
            Assert.Equal(1, await Listed(trade));
        }
        finally
        {
            till.IsBookAway = false;
            await till.AsOwner($"update payments.balances set amount = amount - 1 where account = 'escrow:{trade}'");
        }

        Assert.True((await till.Watch().Look(all: false, "en", ct)).Ok);
        Assert.Equal(0, await Listed(trade));
    }

    [Fact]
    public async Task What_was_found_outside_stays_found_until_it_can_be_compared_again()
    {
        var trade = await Paid();
        await till.AsOwner(
            $"insert into payments.integrity_offenders (check_name, subject, detail) values ('I10-outside', '{trade}', 'I10-outside')");
        till.IsBookAway = true;
        try
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => till.Watch().Look(all: false, "en", ct));
            Assert.Equal(["I10-outside"], await Found(trade));
        }
        finally
        {
            till.IsBookAway = false;
        }

        Assert.True((await till.Watch().Look(all: false, "en", ct)).Ok);
    }

    [Fact]
    public async Task An_alarm_says_that_nothing_is_compared_and_ends_when_the_bank_is_back()
    {
        await Change(await Paid());
        till.IsBookAway = true;
        var loop = till.Watch().Loop;
        await loop.StartAsync(ct);
        try
        {
            await Till.Until(() => Task.FromResult(till.Alarms.All.Any(alarm => alarm.Sort == Alarm.Unchecked)));
            till.IsBookAway = false;
            await Till.Until(() => Task.FromResult(till.Alarms.All.Count == 0));
        }
        finally
        {
            till.IsBookAway = false;
            await loop.StopAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_call_that_never_answers_is_given_up() =>
        await Assert.ThrowsAsync<TimeoutException>(() => Outside.Read(_ => new TaskCompletionSource<int>().Task, ct));

    private async Task<Guid> Paid()
    {
        var trade = Ids.New();
        await till.Questions.Agree(Asks.Of(trade, 1, Verb.HoldPayment), ct);
        return trade;
    }

    private Task Change(Guid trade) => till.Storage.Do(Cause.New(), work =>
    {
        work.Changed([trade]);
        return Task.CompletedTask;
    }, ct);

    private async Task<List<string>> Found(Guid trade) =>
        await till.Storage.Query(
            new Sql("select check_name from integrity_offenders where subject = $1", trade), row => row.GetString(0), ct);

    private Task<long> Listed(Guid trade) =>
        till.Storage.Find(new Sql("select count(*) from integrity_changes where subject = $1", trade), row => row.GetInt64(0), ct);
}
