using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Jangteo.SystemTests.Pages;
using Jangteo.Tests.Beds;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jangteo.SystemTests.Deploying;

/// <summary>
/// A release takes the place of another one while tabs are open. The parts of the pages that they have not fetched yet are gone: the files
/// of the pages have other names in each release.
/// </summary>
public sealed class OpenTabsTests(Browser browser)
{
    private const string Lamp = "A lamp of the release before", Van = "A van of the release before";

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_tabs_go_on_or_reload_by_themselves_once_and_no_form_is_lost()
    {
        await using var program = await JangteoProgram.Start();
        var folder = TestFolder.New();
        try
        {
            var shop = new Shop(program);
            var lamp = await shop.List("second-hand", title: Lamp);
            await Shop.Eventually(
                () => program.Anonymous.GetStringAsync("/api/listings", ct),
                found => found.Contains(lamp.Id.ToString(), StringComparison.Ordinal));
            await using var looking = await browser.Open(program, mayFail: true);
            await looking.Go("/");
            await Expect(looking.Link(Lamp)).ToBeVisibleAsync();
            await using var writing = await browser.Open(program, "seller-over-a-deployment", mayFail: true);
            await writing.Go("/selling/new");
            await writing.Page.GetByRole(AriaRole.Radio, new() { Name = "Car share" }).ClickAsync();
            await writing.Fill("Title", Van);
            await writing.Fill("Price", "7000");
            var reloads = new Dictionary<IPage, int> { [looking.Page] = 0, [writing.Page] = 0 };
            foreach (var page in reloads.Keys.ToList())
                page.Load += (_, _) => reloads[page]++;

            await program.Stop();
            program.Release = await NextRelease(folder);
            await program.StartAgain(program.Address.Port);

            // What a tab has already goes on.
            await writing.Fill("Description", "Seven seats.");
            await writing.Click("List item");
            await writing.Reads(Van);
            await Expect(writing.Page).ToHaveURLAsync(new Regex("/(selling|listings)/[0-9a-f-]{36}$"));
            // What it has to fetch is the newer release's.
            await looking.Link(Lamp).ClickAsync();
            await Expect(looking.Page.Locator("main").GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(Lamp);
            Assert.EndsWith($"/listings/{lamp.Id}", looking.Page.Url, StringComparison.Ordinal);
            Assert.Equal(1, reloads[looking.Page]);
            Assert.InRange(reloads[writing.Page], 0, 1);
        }
        finally
        {
            await TestFolder.Remove(folder);
        }
    }

    /// <summary>The program as built, but every script and style of its pages has another name.</summary>
    private static async Task<string> NextRelease(string folder)
    {
        var release = Path.Combine(folder, "release");
        using (var copy = Process.Start("cp", ["-a", Path.GetDirectoryName(JangteoProgram.Dll)!, release]))
            await copy.WaitForExitAsync();
        var pages = Path.Combine(release, "wwwroot");
        var assets = Path.Combine(pages, "assets");
        var names = new List<string>();
        foreach (var file in Directory.GetFiles(assets))
        {
            // The compressed copies would still name the parts of the release before.
            if (Path.GetExtension(file) is ".br" or ".gz")
                File.Delete(file);
            else if (Path.GetExtension(file) is ".js" or ".css")
                names.Add(Path.GetFileName(file));
        }

        foreach (var name in names.Append("index.html"))
        {
            var isPage = name == "index.html";
            var file = Path.Combine(isPage ? pages : assets, name);
            var text = new StringBuilder(await File.ReadAllTextAsync(file));
            names.ForEach(part => text.Replace(part, NameOfNext(part)));
            File.Delete(file);
            await File.WriteAllTextAsync(isPage ? file : Path.Combine(assets, NameOfNext(name)), text.ToString());
        }

        return Path.Combine(release, Path.GetFileName(JangteoProgram.Dll));
    }

    private static string NameOfNext(string name) => $"{Path.GetFileNameWithoutExtension(name)}-next{Path.GetExtension(name)}";
}
