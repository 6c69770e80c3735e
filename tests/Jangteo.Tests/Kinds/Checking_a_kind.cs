using Jangteo.Kinds;

namespace Jangteo.Tests.Kinds;

public sealed class Checking_a_kind(ITestOutputHelper output)
{
    /// <summary>A code, a piece of the sound table and what stands there instead, the line that is told, and a part of what is said of it.</summary>
    public static TheoryData<string, string, string, string, string> Wrong => new()
    {
        { "K1", "from: arrived,             to: finished", "from: arived, to: finished", "do: finish", "did you mean \"arrived\"?" },
        { "K1", "hears: sold-out, ask", "hears: payment-declined, ask", "do: sold", "can never be taken" },
        { "K1", "after: 3d,       ask", "hears: sold-out, ask", "do: lapse", "both hear sold-out" },
        { "K1", "by: seller,      ask: [deliver]", "after: 2d, ask: [deliver]", "do: assume", "both wait for time" },
        { "K1", "do: recall,", "do: receive,", "to: recalled", "both called receive" },
        { "K2", "to: rejected,  hears: delivery-cancelled, ask", "to: recalled,  hears: delivery-cancelled, ask", "do: called", "no final state can be reached" },
        { "K3", "hears: sold-out, ask: [refund]", "hears: sold-out", "do: sold", "money held; ask refund" },
        { "K3", "after: 24h,      ask: [refund, give-back-stock]", "after: 24h,      ask: [refund]", "do: assume", "stock taken; ask give-back-stock" },
        { "K3", "ask: [finish-delivery, pay-out, sell-stock]", "ask: [pay-out, sell-stock]", "do: receive", "a delivery under way; ask cancel-delivery" },
        { "K4", "after: 3d,       ask", "by: buyer, ask", "do: request", "write a row from requested with after" },
        { "K4", "after: 14d,      ask", "by: buyer, ask", "do: left", "write a row from sent with after" },
        { "K5", "after: 24h,      ask: [refund, give-back-stock]", "after: 24h,      ask: [give-back-stock, refund, pay-out]", "do: assume", "can ask pay-out when it needs money held, and money is neither" },
        { "K5", "after: 24h,      ask: [refund, give-back-stock]", "after: 24h,      ask: [give-back-stock, pay-out, refund]", "do: assume", "can ask refund when the seller has been paid" },
        { "K5", "ask: [deliver]", "ask: [take-stock, deliver]", "do: send", "can ask take-stock when the trade has had its stock" },
        { "K5", "hears: delivery-started", "hears: delivery-started, ask: [deliver]", "do: left", "can ask deliver when it needs no delivery" },
        { "K5", "ask: [deliver]", "first: [hold-payment], ask: [deliver]", "do: send", "can ask hold-payment when it needs nothing in escrow" },
        { "K5", "ask: [deliver]", "ask: [give-back-stock, take-stock, deliver]", "do: send", "asks take-stock together with give-back-stock" },
        { "K5", "first: [hold-payment]", "ask: [hold-payment]", "do: request", "asks hold-payment where the buyer gives no card" },
        { "K5", "after: 24h,      ask", "after: 24h, first: [hold-payment], ask", "do: assume", "asks hold-payment where the buyer gives no card" },
        { "K5", "ask: [deliver]", "first: [hold-payment], ask: [deliver]", "do: send", "asks hold-payment where the buyer gives no card" },
        { "K6", "from: recalled,            to: arrived, ", "from: sent, to: arrived, ", "do: recall", "does not hear delivery-too-late" },
        { "K6", "first: [take-stock]", "first: [send-alarm, take-stock]", "do: accept", "ask send-alarm last" },
        { "K6", "to: rejected,  hears: sold-out, ask: [refund]", "to: requested, by: buyer, ask: [send-alarm]", "do: sold", "more than 4 wait at notices" },
        { "K9", "hears: sold-out, ask: [refund]", "hears: sold-out, ask: [pay-out]", "do: sold", "nothing was ever taken or delivered" },
        { "K9", "after: 24h,      ask: [refund, give-back-stock]", "after: 24h,      ask: [refund, sell-stock]", "do: assume", "stock sold and the seller not paid" },
    };

    [Fact]
    public void The_kinds_that_come_with_the_engine_are_well()
    {
        var verdict = Check.Folder(Tables.Folder);

        Assert.Empty(verdict.Mistakes);
        Assert.Equal(5, verdict.Lines.Length);
        Assert.All(verdict.Lines, line => Assert.Matches("^[a-z-]+: [0-9]+ rows, [0-9]+ states, [0-9]+ configurations: all is well$", line));
        Assert.NotNull(verdict.Shelf!.Find("second-hand"));
    }

    [Fact]
    public void The_table_that_the_other_tests_change_is_sound() => Assert.Empty(Check.Table(Tables.Read(Tables.Sound), "trade.yaml"));

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_table_that_is_wrong_in_one_line_is_refused_with_the_way_to_the_fault(string code, string written, string instead, string at, string says)
    {
        var source = Tables.SoundBut(written, instead);

        var mistakes = Check.Table(Tables.Read(source), "kinds/lending/trade.yaml");

        output.WriteLine(string.Join('\n', mistakes));
        var mistake = Assert.Single(mistakes, mistake => mistake.Code == code && mistake.Text.Contains(says, StringComparison.Ordinal));
        Assert.StartsWith($"kinds/lending/trade.yaml:{Tables.LineOf(source, at)}: {code}: ", mistake.ToString(), StringComparison.Ordinal);
        var seenInTheFileAlone = code == "K1" || says.StartsWith("ask", StringComparison.Ordinal);
        Assert.Equal(seenInTheFileAlone, mistake.Path.IsEmpty);
    }

    [Fact]
    public void A_path_is_printed_so_that_a_person_can_follow_it()
    {
        var mistakes = Check.Table(Tables.Read(Tables.SoundBut("hears: sold-out, ask: [refund]", "hears: sold-out")), "trade.yaml");

        Assert.EndsWith("[path: buyer request, hold-payment? payment-held, sold-out sold]", Assert.Single(mistakes).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_holds_everything_that_is_needed_to_play_it_again()
    {
        var source = Tables.SoundBut("after: 24h,      ask: [refund, give-back-stock]", "after: 24h,      ask: [refund]");

        var path = Assert.Single(Check.Table(Tables.Read(source), "trade.yaml")).Path;

        Assert.Equal(
            [
                new Step.Commanded(Party.Buyer, "request", true, "start"),
                new Step.Answered(Verb.HoldPayment, "payment-held", "request", "requested"),
                new Step.Commanded(Party.Seller, "accept", true, "requested"),
                new Step.Answered(Verb.TakeStock, "stock-taken", "accept", "accepted"),
                new Step.TimePassed("assume", TimeSpan.FromDays(1), false, "rejected"),
                new Step.CarriedOut(Verb.Refund, "refunded", "rejected"),
            ],
            path);
    }

    [Fact]
    public void A_deposit_that_is_never_given_back_is_found_in_a_kind_that_takes_deposits()
    {
        var source = File.ReadAllText(Path.Combine(Tables.Folder, "shopping-mall", KindReader.TableFile));
        var line = Tables.LineOf(source, "do: lapse");

        var mistakes = Check.Table(Tables.Read(ChangeLine(source, line, "ask: [refund], ", "")), "trade.yaml");

        Assert.Contains(mistakes, mistake => mistake.Code == "K3" && mistake.Line == line && mistake.Text.Contains("money expected", StringComparison.Ordinal));
    }

    [Fact]
    public void A_deposit_that_is_to_be_confirmed_before_anybody_can_have_paid_is_found()
    {
        var source = File.ReadAllText(Path.Combine(Tables.Folder, "shopping-mall", KindReader.TableFile));
        var line = Tables.LineOf(source, "do: order");

        var mistakes = Check.Table(Tables.Read(ChangeLine(source, line, "ask: [expect-deposit]", "ask: [expect-deposit, confirm-deposit]")), "trade.yaml");

        Assert.Contains(mistakes, mistake => mistake.Code == "K5" && mistake.Line == line && mistake.Text.Contains("ask confirm-deposit in a later row", StringComparison.Ordinal));
    }

    /// <summary>Who causes a pay-out, in tables that differ from the sound one in some lines.</summary>
    public static TheoryData<string, string, string> Paid => new()
    {
        // The seller's own row, with the pay-out after it or before it.
        { "after: 30m,      ask: [pay-out, sell-stock]", "by: seller, ask: [pay-out, sell-stock]", "row finish asks pay-out at the seller's word alone" },
        { "after: 30m,      ask: [pay-out, sell-stock]", "by: seller, first: [pay-out], ask: [sell-stock]", "row finish asks pay-out at the seller's word alone" },

        // What the seller reports, and the result of what the seller has asked for.
        { "hears: delivered }", "hears: delivered, ask: [pay-out, sell-stock] }", "row arrive asks pay-out when it hears delivered" },
        { "to: sent,      hears: delivery-started }", "to: finished, hears: delivery-started, ask: [finish-delivery, pay-out, sell-stock] }", "row left asks pay-out when it hears delivery-started" },

        // Time, where the buyer has no move, one that only pays, one that leads nowhere else, one that comes too late, and one after which
        // the seller must agree.
        { "  - { do: refuse,  from: arrived,             to: rejected,  by: buyer,       ask: [refund, give-back-stock], says: [Rejected] }\n", "", "row finish asks pay-out 30m after \"arrived\"" },
        { "to: rejected,  by: buyer,       ask: [refund, give-back-stock]", "to: finished, by: buyer, ask: [pay-out, sell-stock]", "row finish asks pay-out 30m after \"arrived\"" },
        { "to: rejected,  by: buyer,       ask: [refund, give-back-stock]", "to: arrived, by: buyer", "row finish asks pay-out 30m after \"arrived\"" },
        { "to: rejected,  by: buyer,       ask: [refund, give-back-stock]", "to: recalled, by: buyer, ask: [cancel-delivery]", "row finish asks pay-out 30m after \"arrived\"" },
        {
            "to: rejected,  by: buyer,       ask: [refund, give-back-stock], says: [Rejected] }",
            "to: pleading, by: buyer }\n  - { do: agree, from: pleading, to: rejected, by: seller, ask: [refund, give-back-stock] }\n  - { do: forget, from: pleading, to: finished, after: 30d, ask: [pay-out, sell-stock] }",
            "row finish asks pay-out 30m after \"arrived\""
        },
    };

    [Theory]
    [MemberData(nameof(Paid))]
    public void A_pay_out_that_the_seller_alone_can_reach_is_refused(string written, string instead, string says)
    {
        var mistakes = Check.Table(Tables.Read(Tables.SoundBut(written, instead)), "trade.yaml");

        output.WriteLine(string.Join('\n', mistakes));
        var mistake = Assert.Single(mistakes, mistake => mistake.Code == "K11" && mistake.Text.StartsWith(says, StringComparison.Ordinal));
        Assert.Contains(mistake.Path, step => step is Step.Answered { Answer: "payment-held" });
    }

    public static TheoryData<string, string> PaidByOthers => new()
    {
        // The buyer's row, and a result of what the buyer's row has asked for.
        { "after: 30m,      ask: [pay-out, sell-stock]", "by: buyer, ask: [pay-out, sell-stock]" },
        {
            "after: 30m,      ask: [pay-out, sell-stock], says: [Finished] }",
            "after: 30m, ask: [pay-out, sell-stock] }\n  - { do: keep, from: arrived, to: kept, by: buyer, ask: [finish-delivery] }\n  - { do: thank, from: kept, to: finished, hears: delivery-finished, ask: [pay-out, sell-stock] }"
        },

        // The operator's decision after an objection.
        {
            "to: rejected,  by: buyer,       ask: [refund, give-back-stock], says: [Rejected] }",
            "to: disputed, by: buyer }\n  - { do: grant, from: disputed, to: finished, by: operator, ask: [pay-out, sell-stock] }\n"
                + "  - { do: deny, from: disputed, to: rejected, by: operator, ask: [refund, give-back-stock] }\n  - { do: leave, from: disputed, to: rejected, after: 30d, ask: [refund, give-back-stock] }"
        },
    };

    [Theory]
    [MemberData(nameof(PaidByOthers))]
    public void A_pay_out_that_the_buyer_or_the_operator_stands_behind_is_not(string written, string instead)
    {
        var mistakes = Check.Table(Tables.Read(Tables.SoundBut(written, instead)), "trade.yaml");

        Assert.DoesNotContain(mistakes, mistake => mistake.Code == "K11");
    }

    /// <summary>A state that a trade never rests in: the seller's row leaves it only while what the buyer asked for is under way.</summary>
    [Fact]
    public void The_sellers_result_is_found_also_while_results_of_others_are_under_way()
    {
        var source = Tables.SoundBut(
            "first: [hold-payment], says: [Requested]", "first: [hold-payment], ask: [take-stock], says: [Requested]");
        source = source[..source.IndexOf("  - { do: accept", StringComparison.Ordinal)] + """
              - { do: taken,  from: requested, to: waiting, hears: stock-taken }
              - { do: none,   from: requested, to: back,    hears: stock-refused, ask: [refund] }
              - { do: lapse,  from: [requested, waiting], to: back, after: 3d, ask: [refund, give-back-stock] }
              - { do: bring,  from: requested, to: sent,    by: seller, ask: [deliver] }
              - { do: cash,   from: sent,      to: paid,    hears: delivery-started, ask: [finish-delivery, pay-out, give-back-stock] }
            """;

        var mistakes = Check.Table(Tables.Read(source), "trade.yaml");

        output.WriteLine(string.Join('\n', mistakes));
        Assert.Contains(
            mistakes,
            mistake =>
                mistake.Code == "K11"
                    && mistake.Text.StartsWith("row cash asks pay-out when it hears delivery-started", StringComparison.Ordinal));
    }

    /// <summary>The tables of two kinds as they were, when a seller could lend and take back within milliseconds and was paid.</summary>
    [Theory]
    [InlineData("neighborhood-rental", 23, "return", "seller lend, seller return")]
    [InlineData("car-share", 18, "bring-back", "it arrives, hears delivery-started ship, hears delivered hand-over, seller bring-back")]
    public void The_tables_that_paid_at_the_sellers_word_are_refused_with_the_path(string kind, int line, string row, string path)
    {
        var source = Repository.Read($"tests/Jangteo.Tests/Kinds/PaidAtTheSellersWord/{kind}.yaml");

        var mistake = Assert.Single(Check.Table(Tables.Read(source), $"kinds/{kind}/trade.yaml"));

        output.WriteLine(mistake.ToString());
        Assert.StartsWith($"kinds/{kind}/trade.yaml:{line}: K11: row {row} asks pay-out at the seller's word alone; let it enter a state that the buyer can contest", mistake.ToString(), StringComparison.Ordinal);
        Assert.EndsWith($"{path}]", mistake.ToString(), StringComparison.Ordinal);
    }

    /// <summary>A refund that is still under way when the next payment is made would take that payment: so the question waits for it.</summary>
    [Fact]
    public void No_question_goes_to_a_module_while_a_request_to_it_is_unanswered()
    {
        var source = File.ReadAllText(Path.Combine(Tables.Folder, "neighborhood-rental", KindReader.TableFile));
        var line = Tables.LineOf(source, "do: cancel-payment");

        Assert.Empty(Check.Table(Tables.Read(ChangeLine(source, line, "first: [refund]", "ask: [refund]")), "trade.yaml"));
    }

    [Fact]
    public void A_table_too_tangled_to_explore_is_refused_in_bounded_time()
    {
        string[] verbs = ["give-back-stock", "cancel-delivery", "finish-delivery", "send-alarm"];
        var rows = Enumerable.Range(0, 24).SelectMany(state => verbs.Select((verb, at) =>
            $"  - {{ do: go-{at}, from: s{state}, to: s{((state * 5) + at) % 24}, by: buyer, ask: [{verb}] }}"));
        var source = Tables.Sound[..Tables.Sound.IndexOf("  - { do: accept", StringComparison.Ordinal)].Replace("requested", "s0", StringComparison.Ordinal) + string.Join('\n', rows);

        Assert.Contains(Check.Table(Tables.Read(source), "trade.yaml"), mistake => mistake.Text.Contains("nobody can say what this does", StringComparison.Ordinal));
    }

    [Fact]
    public void A_table_changed_since_trades_began_with_it_is_refused()
    {
        var kind = Tables.Read(Tables.SoundBut("after: 3d", "after: 4d"));
        StoredVersion[] stored = [new("lending", 1, Tables.Read(Tables.Sound).Hash), new("lending", 2, "another"), new("renting", 1, "another")];

        var mistake = Assert.Single(Check.Version(kind, "kinds/lending/trade.yaml", stored));

        Assert.Equal("kinds/lending/trade.yaml:2: K10: trades have begun with version 1 of lending, and its table has changed since; write version: 3", mistake.ToString());
    }

    [Fact]
    public void The_same_table_and_the_next_version_of_it_may_stand_beside_a_stored_one()
    {
        StoredVersion[] stored = [new("lending", 1, Tables.Read(Tables.Sound).Hash)];

        Assert.Empty(Check.Version(Tables.Read(Tables.Sound), "trade.yaml", stored));
        Assert.Empty(Check.Version(Tables.Read(Tables.SoundBut("version: 1", "version: 2")), "trade.yaml", stored));
    }

    private static string ChangeLine(string source, int line, string written, string instead)
    {
        var lines = source.Split('\n');
        Assert.Contains(written, lines[line - 1], StringComparison.Ordinal);
        lines[line - 1] = lines[line - 1].Replace(written, instead, StringComparison.Ordinal);
        return string.Join('\n', lines);
    }
}
