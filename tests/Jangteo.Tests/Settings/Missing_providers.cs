using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Tests.Kinds;

namespace Jangteo.Tests;

/// <summary>What a program needs outside and does not have, by the kinds that need it.</summary>
public sealed class Missing_providers
{
    private static readonly Settings Serious = new() { Sandbox = false };

    [Fact]
    public void Outside_of_the_sandbox_every_kind_with_payments_is_named_with_the_verb_and_the_settings()
    {
        var shelf = KindReader.Read(Tables.Folder).Value!;

        var mistakes = MissingProviders.Of(Serious, shelf);

        Assert.All(shelf.All, kind => Assert.Contains(mistakes, mistake => mistake.StartsWith($"Sandbox: {kind.Name} asks pay-out (trade.yaml:", StringComparison.Ordinal)));
        Assert.Contains(
            mistakes,
            mistake =>
                mistake.Contains("shopping-mall asks expect-deposit", StringComparison.Ordinal)
                    && mistake.Contains("no bank is connected", StringComparison.Ordinal));
        Assert.Contains(
            mistakes,
            mistake =>
                mistake.Contains("water-purifier tells the buyer by sms, and no SMS provider is connected", StringComparison.Ordinal));
        Assert.All(mistakes, mistake => Assert.Contains("write Sandbox: true, or leave", mistake, StringComparison.Ordinal));
        Assert.Equal(mistakes, Assert.Throws<SettingsException>(() => MissingProviders.Refuse(Serious, shelf)).Mistakes);
    }

    [Fact]
    public void In_the_sandbox_nothing_is_missing() =>
        Assert.Empty(MissingProviders.Of(new Settings(), KindReader.Read(Tables.Folder).Value!));

    [Fact]
    public void A_kind_in_which_no_money_moves_needs_nothing()
    {
        var verdict = Check.Folder(Path.Combine(Repository.Root, "tests", "Jangteo.SystemTests", "FreeOfCharge"));

        Assert.True(verdict.IsWell, string.Join('\n', verdict.Lines));
        MissingProviders.Refuse(Serious, verdict.Shelf!);
    }
}
