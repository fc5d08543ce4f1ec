"""What every page uses: template helpers, tables, page navigation, forms and fields, assets, CSV,
PDF."""
