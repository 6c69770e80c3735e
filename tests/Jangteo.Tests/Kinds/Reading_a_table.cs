using Jangteo.Kinds;

namespace Jangteo.Tests.Kinds;

public sealed class Reading_a_table
{
    [Fact]
    public void Every_column_is_understood()
    {
        var kind = Tables.Read(Tables.Sound);

        Assert.Equal(("lending", 1, Stock.One, PriceUnit.Each), (kind.Name, kind.Version, kind.Stock, kind.Price));
        Assert.Equal([Verb.SendAlarm], kind.Listing.Registered.First);
        Assert.Equal([Verb.SendAlarm], kind.Listing.Deleted.Ask);
        Assert.Equal([Channel.App, Channel.Sms], kind.Tell[Party.Seller]);
        Assert.Equal("request", kind.StartMove.Do);
        Assert.Equal([Verb.HoldPayment], kind.StartMove.First);
        Assert.Equal(Party.Buyer, kind.StartMove.By);
        Assert.Equal(["Requested"], kind.StartMove.Says);
        var receive = kind.Moves.Single(move => move.Do == "receive");
        Assert.Equal(["sending", "sent"], receive.From);
        Assert.Equal([Verb.FinishDelivery, Verb.PayOut, Verb.SellStock], receive.Ask);
        Assert.Equal("sold-out", kind.Moves.Single(move => move.Do == "sold").Hears);
        Assert.Equal(Tables.LineOf(Tables.Sound, "do: sold"), kind.Moves.Single(move => move.Do == "sold").Line);
        Assert.True(kind.IsFinal("finished"));
        Assert.False(kind.IsFinal("arrived"));
    }

    [Theory]
    [InlineData("3d", 3 * 86_400)]
    [InlineData("24h", 86_400)]
    [InlineData("30m", 1_800)]
    [InlineData("90s", 90)]
    public void Durations_come_in_days_hours_minutes_and_seconds(string written, int seconds) =>
        Assert.Equal(seconds, Tables.Read(Tables.SoundBut("after: 3d", $"after: {written}")).Moves.Single(move => move.Do == "lapse").After!.Value.TotalSeconds);

    [Fact]
    public void A_stored_source_is_read_again_as_the_same_kind()
    {
        var kind = Tables.Read(Tables.Sound);

        Assert.Equal(kind.Hash, Tables.Read(kind.Source).Hash);
    }

    [Fact]
    public void White_space_and_comments_do_not_change_the_hash() =>
        Assert.Equal(Tables.Read(Tables.Sound).Hash, Tables.Read("# A comment.\n" + Tables.Sound.Replace("  from", " from", StringComparison.Ordinal)).Hash);

    [Theory]
    [InlineData("after: 3d", "after: 4d")]
    [InlineData("by: seller,      ask: [deliver]", "by: buyer, ask: [deliver]")]
    [InlineData("says: [Accepted]", "says: [Agreed]")]
    [InlineData("[app, sms]", "[app, email]")]
    [InlineData("price: each", "price: day\nneeds: [periods]")]
    [InlineData("version: 1", "version: 2")]
    public void A_change_of_meaning_changes_the_hash(string written, string instead) =>
        Assert.NotEqual(Tables.Read(Tables.Sound).Hash, Tables.Read(Tables.SoundBut(written, instead).Replace("needs: []\n", instead.Contains("needs", StringComparison.Ordinal) ? "" : "needs: []\n", StringComparison.Ordinal)).Hash);

    [Theory]
    [InlineData("says: [Requested]", "sayz: [Requested]", "sayz", "did you mean \"says\"?")]
    [InlineData("stock: one", "stok: one", "stok", "did you mean \"stock\"?")]
    [InlineData("ask: [deliver]", "ask: [delivr]", "delivr", "did you mean \"deliver\"?")]
    [InlineData("first: [take-stock]", "first: [take-stok]", "take-stok", "did you mean \"take-stock\"?")]
    [InlineData("ask: [deliver]", "ask: [release-deposit]", "release-deposit", "write refund")]
    [InlineData("to: accepted,  by: seller", "to: accepted,  by: seler", "by: seler", "did you mean \"seller\"?")]
    [InlineData("hears: sold-out", "hears: soldout", "soldout", "did you mean \"sold-out\"?")]
    [InlineData("hears: delivered", "hears: zzz", "zzz", "write one of")]
    [InlineData("after: 3d", "after: 3 days", "3 days", "3d, 24h, 30m, 90s")]
    [InlineData("after: 3d", "after: 0d", "0d", "3d, 24h, 30m, 90s")]
    [InlineData("after: 3d", "after: 99999d", "99999d", "longer than 3650d")]
    [InlineData("after: 3d", "after: 99999999d", "99999999d", "3d, 24h, 30m, 90s")]
    [InlineData("stock: one", "stock: calendar", "calendar", "write one of one, counted")]
    [InlineData("price: each", "price: hours", "hours", "did you mean \"hour\"?")]
    [InlineData("price: each", "price: hour", "price: hour", "write periods under needs")]
    [InlineData("needs: []", "needs: [quantity]", "needs", "leave quantity out")]
    [InlineData("needs: []", "needs: [card]", "card", "follows from hold-payment")]
    [InlineData("needs: []", "needs: [adress]", "adress", "did you mean \"address\"?")]
    [InlineData("needs: []", "needs: [address, address]", "needs", "stands twice")]
    [InlineData("version: 1", "version: one", "version: one", "write a whole number from 1")]
    [InlineData("version: 1", "version: 0", "version: 0", "write a whole number from 1")]
    [InlineData("kind: lending", "kind: Lending!", "Lending!", "small letters, digits and hyphens")]
    [InlineData("kind: lending\n", "", "version", "kind is missing")]
    [InlineData("do: accept,  ", "", "to: accepted,  by: seller", "do is missing")]
    [InlineData("from: accepted,            to: sending, ", "to: sending, ", "do: send", "from is missing")]
    [InlineData("to: accepted,  by: seller", "by: seller", "do: accept", "to is missing")]
    [InlineData("to: accepted,  by: seller", "to: start, by: seller", "to: start", "nothing leads back to start")]
    [InlineData("to: accepted,  by: seller", "to: accepted", "do: accept", "neither who does it nor what")]
    [InlineData("hears: sold-out", "hears: sold-out, by: seller", "do: sold", "exactly one of by, hears, after")]
    [InlineData("hears: sold-out, ask: [refund]", "hears: sold-out, first: [refund]", "do: sold", "write the verbs under ask")]
    [InlineData("by: buyer,       first: [hold-payment]", "by: seller,       first: [hold-payment]", "do: request", "only the buyer begins a trade")]
    [InlineData("from: start,    ", "from: requested,", "do: request", "no row leaves start")]
    [InlineData("from: requested,           to: accepted,  by: seller", "from: start, to: accepted, by: buyer", "do: accept", "exactly one row may")]
    [InlineData("from: start,    ", "from: [start, sent],", "do: request", "write from: start alone")]
    [InlineData("first: [hold-payment]", "first: [expect-deposit]", "do: request", "write refund-account under needs")]
    [InlineData("says: [Accepted]", "says: [accepted!]", "accepted!", "write it like OrderPlaced")]
    [InlineData("registered: { first: [send-alarm] }", "registered: { first: [refund] }", "listing:", "write send-alarm")]
    [InlineData("registered: {", "registerd: {", "listing:", "did you mean \"registered\"?")]
    [InlineData("seller: [app, sms]", "seller: [app, fax]", "tell:", "write one of app, sms, email")]
    [InlineData("seller: [app, sms]", "operator: [app]", "tell:", "leave him out of tell")]
    [InlineData("version: 1", "version: 1\nversion: 2", "version: 2", "stands here twice")]
    [InlineData("do: accept, ", "do: accept, do: agree,", "do: agree", "stands here twice")]
    [InlineData("needs: []", "needs: [", "kind", "this is not YAML")]
    [InlineData("needs: []", "needs: &x []", "needs", null)]
    [InlineData("stock: one", "stock: *x", "stock", "anchor")]
    [InlineData("needs: []", "needs: [[[[[[[[[[[[[[]]]]]]]]]]]]]]", "needs", "nested too deeply")]
    public void What_is_written_wrong_is_refused_with_its_line(string written, string instead, string at, string? says)
    {
        var source = Tables.SoundBut(written, instead);

        var read = KindReader.ReadTable(source, "kinds/lending/trade.yaml");

        if (says is null)
        {
            Assert.True(read.IsWell);
            return;
        }

        Assert.Null(read.Value);
        var mistake = Assert.Single(read.Mistakes, mistake => mistake.Text.Contains(says, StringComparison.Ordinal));
        Assert.Equal($"kinds/lending/trade.yaml:{Tables.LineOf(source, at)}: K8: {mistake.Text}", mistake.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("just a word")]
    [InlineData("- a\n- list\n")]
    [InlineData("kind: a\n---\nkind: b\n")]
    [InlineData("moves: 7")]
    [InlineData("moves: [7, [], {}]")]
    [InlineData("\"\\U00FFFFFF\"")]
    [InlineData("\t\t{")]
    public void What_is_no_table_at_all_is_a_mistake_too(string source) => Assert.NotEmpty(KindReader.ReadTable(source, "trade.yaml").Mistakes);

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        var source = Tables.Sound.Replace("hears: sold-out", "hears: soldout", StringComparison.Ordinal).Replace("by: seller", "by: saler", StringComparison.Ordinal).Replace("14d", "two weeks", StringComparison.Ordinal);

        Assert.Equal(4, KindReader.ReadTable(source, "trade.yaml").Mistakes.Length);
    }

    [Fact]
    public void A_folder_of_kinds_is_read_as_a_shelf()
    {
        var read = KindReader.Read(Tables.Folder);

        Assert.Empty(read.Mistakes);
        Assert.Equal(5, read.Value!.All.Count());
    }

    [Fact]
    public void A_folder_that_is_not_there_is_a_mistake() =>
        Assert.Contains("no such folder", Assert.Single(KindReader.Read("/nowhere/at/all").Mistakes).Text, StringComparison.Ordinal);
}
