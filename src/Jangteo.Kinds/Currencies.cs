using System.Collections.Frozen;
using System.Globalization;

namespace Jangteo.Kinds;

/// <summary>The currencies of ISO 4217 that people pay with, and how many digits each has behind the point.</summary>
public static class Currencies
{
    private const int UsualDigits = 2;

    /// <summary>
    /// Those with other than two digits. The pages have the same table (web/src/parts/currencies.ts), and a test compares the two.
    /// </summary>
    internal static readonly FrozenDictionary<string, int> Exceptions = new Dictionary<string, int>
    {
        ["BIF"] = 0,
        ["CLP"] = 0,
        ["DJF"] = 0,
        ["GNF"] = 0,
        ["ISK"] = 0,
        ["JPY"] = 0,
        ["KMF"] = 0,
        ["KRW"] = 0,
        ["PYG"] = 0,
        ["RWF"] = 0,
        ["UGX"] = 0,
        ["VND"] = 0,
        ["VUV"] = 0,
        ["XAF"] = 0,
        ["XOF"] = 0,
        ["XPF"] = 0,
        ["BHD"] = 3,
        ["IQD"] = 3,
        ["JOD"] = 3,
        ["KWD"] = 3,
        ["LYD"] = 3,
        ["OMR"] = 3,
        ["TND"] = 3,
    }.ToFrozenDictionary();

    private static readonly FrozenSet<string> Usual = (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
        + "GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD "
        + "NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU "
        + "UZS VED VES WST XCD XCG YER ZAR ZMW ZWG").Split(' ').ToFrozenSet();

    public static bool IsKnown(string code) => Usual.Contains(code) || Exceptions.ContainsKey(code);

    /// <summary>One unit of the currency is ten to the power of so many minor units.</summary>
    public static int DigitsOf(string code) => Exceptions.GetValueOrDefault(code, UsualDigits);

    /// <summary>An amount of minor units as people write it, without the sign of its currency: 3,000 and 30.00.</summary>
    public static string Write(long minorUnits, string code)
    {
        var digits = DigitsOf(code);
        var whole = (decimal)minorUnits;
        for (var digit = 0; digit < digits; digit++)
        {
            whole /= 10;
        }

        return whole.ToString($"N{digits}", CultureInfo.InvariantCulture);
    }
}
