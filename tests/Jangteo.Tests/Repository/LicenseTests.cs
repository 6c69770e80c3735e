using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Jangteo.Tests;

/// <summary>Jangteo is given away under the MIT licence, and so must everything be that it ships with, on terms no stricter.</summary>
public sealed class LicenseTests
{
    /// <summary>SPDX names of licences that ask for no more than to be named.</summary>
    private static readonly string[] Permissive = ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "PostgreSQL", "MS-PL", "ISC", "0BSD", "Zlib"];

    private const string TwoClauses =
        @"Redistribution and use in source and binary forms, with or without modification, are permitted provided that the following "
        + "conditions are met: "
        + @"(1\.|\*|-) Redistributions of source code must retain [^*]*? "
        + @"(2\.|\*|-) Redistributions in binary form must reproduce [^*]*?distribution\. THIS SOFTWARE IS PROVIDED ";

    [Fact]
    public void Every_package_is_permissively_licensed()
    {
        var packages = Repository.Files.Where(path => path.EndsWith("packages.lock.json")).SelectMany(path => Packages(Repository.Read(path))).Distinct().ToList();

        Assert.True(packages.Count > 10, "The lock files name hardly any package: were they read?");
        Assert.Empty(packages.Select(package => Refusal(package.Name, package.Version, Nuspec(package.Name, package.Version))).OfType<string>());
    }

    [Theory]
    [InlineData("web/package-lock.json", 10)]
    [InlineData("services/courier/package-lock.json", 1)]
    public void Everything_that_is_made_with_npm_is_permissively_licensed(string path, int least)
    {
        using var lockFile = JsonDocument.Parse(Repository.Read(path));
        var packages = lockFile.RootElement.GetProperty("packages").EnumerateObject()
            .Where(package => package.Name.Length > 0 && !(package.Value.TryGetProperty("dev", out var dev) && dev.GetBoolean()))
            .Select(package => (package.Name, License: package.Value.TryGetProperty("license", out var license) ? license.GetString()! : "none")).ToList();

        Assert.True(packages.Count >= least, "The lock file names hardly any package: was it read?");
        // A font may be given on with what it is used in.
        Assert.Empty(packages.Where(package => !package.License.Trim('(', ')').Split(" OR ").Any(choice => choice.Split(" AND ").All(license => license == "OFL-1.1" || Permissive.Contains(license)))));
    }

    [Fact]
    public void The_database_that_is_installed_where_there_is_none_is_permissively_licensed()
    {
        using var lockFile = JsonDocument.Parse(Repository.Read("tools/postgres/package-lock.json"));

        Assert.All(
            lockFile.RootElement.GetProperty("packages").EnumerateObject(),
            package => Assert.Contains(package.Value.GetProperty("license").GetString(), Permissive));
    }

    [Theory]
    [InlineData("<license type=\"expression\">AGPL-3.0-only</license>", "Some.Package 1.2.3 is licensed AGPL-3.0-only")]
    [InlineData("<license type=\"expression\">MIT AND GPL-2.0-only</license>", "Some.Package 1.2.3 is licensed MIT AND GPL-2.0-only")]
    [InlineData("<license type=\"file\">license.txt</license>", "Some.Package 1.2.3 does not name its licence")]
    [InlineData("<licenseUrl>https://example.org/terms</licenseUrl>", "Some.Package 1.2.3 does not name its licence")]
    public void A_package_that_asks_for_more_or_does_not_say_is_refused(string license, string refusal)
    {
        Assert.Equal(refusal, Refusal("Some.Package", "1.2.3", XDocument.Parse($"<package><metadata>{license}</metadata></package>")));
    }

    [Theory]
    [InlineData("MIT")]
    [InlineData("MIT OR GPL-2.0-only")]
    public void A_package_that_can_be_had_on_permissive_terms_is_taken(string license)
    {
        Assert.Null(Refusal("Some.Package", "1.2.3", XDocument.Parse($"<package><metadata><license type=\"expression\">{license}</license></metadata></package>")));
    }

    [Theory]
    [InlineData("", "BSD-2-Clause")]
    [InlineData("3. All advertising materials must display this acknowledgement. ", null)]
    public void A_licence_that_is_given_as_text_is_known_by_all_of_its_clauses(string further, string? expected)
    {
        var text =
            $"""
            Copyright (c) 2020 The authors

            Redistribution and use in source and binary forms, with or without
            modification, are permitted provided that the following conditions are met:

            1. Redistributions of source code must retain the notice.
            2. Redistributions in binary form must reproduce the notice in the
               distribution.
            {further}
            THIS SOFTWARE IS PROVIDED BY THE AUTHORS
            """;

        Assert.Equal(expected, NameOf(text));
    }

    [Fact]
    public void The_project_says_its_own()
    {
        Assert.StartsWith("MIT License", Repository.Read("LICENSE"));
        Assert.Contains("The Jangteo contributors", Repository.Read("LICENSE"));
    }

    private static string? Refusal(string name, string version, XDocument nuspec)
    {
        var expression = nuspec.Descendants().FirstOrDefault(element => element.Name.LocalName == "license" && (string?)element.Attribute("type") == "expression")?.Value;
        expression ??= LicenseInFile(name, version, nuspec);
        if (expression is null)
            return $"{name} {version} does not name its licence";
        // "OR" lets us choose; anything more complicated is read by a person first.
        return expression.Split(" OR ").Any(Permissive.Contains) ? null : $"{name} {version} is licensed {expression}";
    }

    /// <summary>
    /// Some packages bring the text of their licence instead of its name. Two are known by their words; another one is read by a person
    /// first.
    /// </summary>
    private static string? LicenseInFile(string name, string version, XDocument nuspec)
    {
        var file = nuspec.Descendants()
            .FirstOrDefault(element => element.Name.LocalName == "license" && (string?)element.Attribute("type") == "file")?.Value;
        var path = file is null ? null : Path.Combine(FolderOf(name, version), file);
        return File.Exists(path) ? NameOf(File.ReadAllText(path)) : null;
    }

    /// <summary>The BSD licence of two clauses is the one that asks for its two clauses and ends there.</summary>
    internal static string? NameOf(string text) =>
        Regex.IsMatch(text, @"\A\s*Apache License\s+Version 2\.0, January 2004\s") ? "Apache-2.0"
        : Regex.IsMatch(text, TwoClauses.Replace(" ", @"\s+", StringComparison.Ordinal)) ? "BSD-2-Clause"
        : null;

    private static IEnumerable<(string Name, string Version)> Packages(string lockFile)
    {
        using var document = JsonDocument.Parse(lockFile);
        return
        [
            .. from framework in document.RootElement.GetProperty("dependencies").EnumerateObject()
               from package in framework.Value.EnumerateObject()
               where package.Value.GetProperty("type").GetString() != "Project"
               select (package.Name, package.Value.GetProperty("resolved").GetString()!),
        ];
    }

    private static XDocument Nuspec(string name, string version) =>
        XDocument.Load(Path.Combine(FolderOf(name, version), name.ToLowerInvariant() + ".nuspec"));

    private static string FolderOf(string name, string version)
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return Path.Combine(packages, name.ToLowerInvariant(), version.ToLowerInvariant());
    }
}
