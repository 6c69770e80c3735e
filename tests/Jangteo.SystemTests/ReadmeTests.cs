using System.Diagnostics;

namespace Jangteo.SystemTests;

/// <summary>What a newcomer copies from the README does what is said there.</summary>
public sealed class ReadmeTests(SharedProgram shared)
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("README.md", "## Five minutes", "Completed")]
    [InlineData("README.ko.md", "## 5분 둘러보기", "거래완료")]
    public async Task The_commands_of_the_first_five_minutes_trade_to_the_pay_out(string page, string heading, string label)
    {
        var program = await shared.Running;
        var commands = CommandsUnder(heading, await File.ReadAllTextAsync(Path.Combine(JangteoProgram.Root, page), ct));
        Assert.Contains("http://localhost:8080", commands);

        var (code, said) = await Bash($"{commands.Replace("http://localhost:8080", program.Address.ToString().TrimEnd('/'))}\necho \"trade $trade\"\n");

        Assert.True(code == 0, said);
        var trade = said.TrimEnd().Split('\n')[^1]["trade ".Length..];
        var junho = await new Shop(program).Named("junho");
        var paid = await Shop.Eventually(async () => (await junho.Get($"/api/trades/{trade}")).Body!, trade => (long?)trade["money"]?["paidOut"] > 0);
        Assert.Equal((19_400, 600, 0), ((long)paid["money"]!["paidOut"]!, (long)paid["money"]!["fee"]!, (long)paid["money"]!["held"]!));
        Assert.Contains($"\"{label}\"", said);
    }

    private static string CommandsUnder(string heading, string page)
    {
        var section = page[page.IndexOf($"{heading}\n", StringComparison.Ordinal)..];
        var begins = section.IndexOf("```sh\n", StringComparison.Ordinal) + "```sh\n".Length;
        return section[begins..section.IndexOf("\n```", begins, StringComparison.Ordinal)];
    }

    private async Task<(int Code, string Said)> Bash(string commands)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", commands]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = bash.StandardError.ReadToEndAsync(ct);
        var said = await bash.StandardOutput.ReadToEndAsync(ct);
        await bash.WaitForExitAsync(ct);
        return (bash.ExitCode, bash.ExitCode == 0 ? said : said + await errors);
    }
}
